import swagger from '@fastify/swagger';
import type { App } from './app.ts';
import type { DoorContext } from './context.ts';

/** Describes every route of both doors as OpenAPI 3.1, made from their schemas at the first request for it. */
export async function addOpenApi(app: App, { nodeInfo, settings }: DoorContext): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Flock of Birds',
        version: nodeInfo.version,
        description:
          'Two doors to the same functions: `fob` is the contract of the report *Serverless Ops*, everything below `/v1` is the native API. Errors of `/v1` are problem documents (RFC 9457).',
      },
      tags: [
        { name: 'functions', description: 'Functions by name' },
        { name: 'invocations', description: 'Invoking, and the records of it' },
        { name: 'repositories', description: 'Git repositories that deploy' },
        { name: 'projects', description: 'What project files have applied' },
        { name: 'logs', description: 'What functions printed' },
        { name: 'metrics', description: 'What was measured of functions and the node' },
        { name: 'identity', description: 'Users, teams, roles, tokens, and who may do what' },
        { name: 'audit', description: 'What was done, and what was refused' },
        { name: 'node', description: 'The node itself' },
        { name: 'fob', description: "The report's five calls" },
      ],
      ...(settings.token !== '' && { security: [{ token: [] }] }),
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  app.get('/v1/openapi.json', { config: { permission: 'own' }, schema: { hide: true } }, async () => app.swagger());
}
