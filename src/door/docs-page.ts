import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Problem } from '../model/problem.ts';
import type { App } from './app.ts';

const STATIC = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')), 'static');
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Flock of Birds: API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;
const START = `SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null });\n`;

/** The API's description as a page. It asks nothing of the outside, and costs the node nothing until somebody looks at it. */
export function addDocsPage(app: App): void {
  const hide = { config: { permission: 'own' }, schema: { hide: true } } as const;
  app.addHook('onSend', async (_request, reply) => {
    reply.header('Content-Security-Policy', CSP).header('X-Content-Type-Options', 'nosniff');
  });
  app.get('/docs', hide, (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  app.get('/docs/start.js', hide, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  app.get('/docs/:file', hide, (request, reply) => {
    const { file } = request.params as { file: string };
    if (file === 'swagger-ui.css') return reply.type('text/css; charset=utf-8').send(asset(file));
    if (file === 'swagger-ui-bundle.js') return reply.type('text/javascript; charset=utf-8').send(asset(file));
    throw new Problem('not_found', `there is no page "/docs/${file}"; the API is described at /docs`);
  });
}

function asset(name: string) {
  return createReadStream(join(STATIC, name));
}
