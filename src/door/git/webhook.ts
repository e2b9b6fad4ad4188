import Type from 'typebox';
import { Problem } from '../../model/problem.ts';
import { github } from '../../trigger/webhook/github.ts';
import { gitlab } from '../../trigger/webhook/gitlab.ts';
import type { WebhookOptions } from '../../trigger/webhook/options.ts';
import { refused } from '../../trigger/webhook/signature.ts';
import type { App } from '../app.ts';
import { receiveBody } from '../body.ts';
import type { DoorContext } from '../context.ts';

const MAX_BODY_BYTES = 26_214_400;
const HOOK_PATH = /^\/git\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\/hook$/;

/** Whether a request goes to the address that hosts of repositories call: it is signed instead of carrying a token. */
export function isWebhookPath(url: string): boolean {
  return HOOK_PATH.test(url);
}

/** `POST /git/<name>/hook`: GitHub, GitLab, Gitea and others that sign as they do say that something was pushed. */
export function addWebhook(app: App, { repositories, clock, log }: DoorContext): void {
  app.post(
    '/git/:name/hook',
    {
      config: { permission: 'open' },
      schema: { hide: true, params: Type.Object({ name: Type.String({ maxLength: 64 }) }) },
    },
    async (request, reply) => {
      const { name } = request.params;
      const body = await receiveBody(request.raw, reply.raw, MAX_BODY_BYTES);
      const view = repositories.find(name);
      const secret = view === undefined ? undefined : repositories.hookSecret(view);
      // The same answer for a wrong signature and for no repository: the address tells nothing.
      if (view === undefined || secret === undefined) throw refused();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key, String(value ?? '')]),
      );
      const hook = { method: 'POST', path: '', query: new URLSearchParams(), headers, body };
      const fromGitlab = headers['x-gitlab-token'] !== undefined || headers['webhook-signature'] !== undefined;
      const options = { provider: fromGitlab ? 'gitlab' : 'github', secret } as WebhookOptions;
      (fromGitlab ? gitlab : github).verify(hook, { secrets: [secret], nowMs: clock.now(), options });
      if (view.watch === undefined) throw new Problem('conflict', `"${name}" watches no other repository`);
      repositories.look(name).catch((error: unknown) => log.error({ err: error, repository: name }, 'a look failed'));
      return reply.code(202).send({ looking: true });
    },
  );
}
