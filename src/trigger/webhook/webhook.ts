import { createHash } from 'node:crypto';
import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import type { WebhookExtensions, WebhookRequest } from '../../model/shape/event-data.ts';
import type { HookAnswer, HookRequest, SourceContext, TriggerType } from '../trigger-type.ts';
import { bitbucket } from './bitbucket.ts';
import { eventBody } from './body.ts';
import { generic } from './generic.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import {
  checkWebhookOptions,
  type ProviderName,
  type WebhookOptions,
  WebhookOptionsSchema,
  webhookWords,
} from './options.ts';
import type { Provider } from './provider.ts';
import { sampleWebhook } from './sample.ts';
import { slack } from './slack.ts';
import { standard } from './standard.ts';
import { stripe } from './stripe.ts';

const PROVIDER: Readonly<Record<ProviderName, Provider>> = {
  github,
  gitlab,
  bitbucket,
  slack,
  stripe,
  standard,
  hmac: generic,
};

/** Headers that hold secrets: they must not lie in queues and records. */
const CREDENTIALS = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-gitlab-token']);

/** Requests that others sign and send to the trigger's own address. */
export const webhookTrigger: TriggerType<WebhookOptions> = {
  name: 'webhook',
  summary: 'a signed request of GitHub, GitLab, Bitbucket, Slack, Stripe or anybody',
  options: WebhookOptionsSchema,
  usualWords: ['github'],
  parseWords: webhookWords,
  describe: ({ provider }) => provider,
  check: checkWebhookOptions,
  sample: sampleWebhook,
  receive: receiveWebhook,
};

/** Checks, reads and accepts one delivery; the sender gets its answer once the event is on disk. */
async function receiveWebhook(request: HookRequest, context: SourceContext<WebhookOptions>): Promise<HookAnswer> {
  const { options, trigger, clock } = context;
  if (request.method !== 'POST') {
    throw new Problem('method_not_allowed', 'a webhook is sent by POST', { details: { allowed: 'POST' } });
  }
  const provider = PROVIDER[options.provider];
  const secrets = [options.secret, options.previousSecret].filter((secret) => secret !== undefined);
  const nowMs = clock.now();
  provider.verify(request, { secrets, nowMs, options });

  const body = eventBody(request);
  const { id: given, event, subject, answer, answeredOnly, data } = provider.read(request, body.data, options);
  const id = given === undefined || given === '' ? digest(request.body) : given.slice(0, 512);
  if (answeredOnly !== true) {
    const extensions: WebhookExtensions = { request: JSON.stringify(requestOf(request, trigger.name)) };
    const cloudEvent: CloudEvent = {
      specversion: '1.0',
      id,
      source: `fob:webhook/${trigger.name}`,
      type: `fob.webhook.${options.provider}.${printable(event)}`,
      ...(subject !== undefined && subject !== '' && { subject }),
      time: new Date(nowMs).toISOString(),
      ...body,
      ...(data !== undefined && { data }),
      ...extensions,
    };
    await context.accept([{ event: cloudEvent }]);
  }
  return (
    answer ?? { status: 200, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify({ id })}\n` }
  );
}

function requestOf(request: HookRequest, trigger: string): WebhookRequest {
  return {
    method: request.method,
    path: `/hooks/${trigger}${request.path}`,
    query: request.query.toString(),
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !CREDENTIALS.has(name))),
  };
}

/** Stands for an id where the sender gives none: an equal body is taken for the same delivery. */
function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/** What can stand in a type: a sender's word goes there as it is, but no control characters and no end of it. */
function printable(event: string): string {
  return event.replaceAll(/[^\x21-\x7e]/g, '-').slice(0, 128);
}
