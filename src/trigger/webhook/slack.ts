import { parseJsonText } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import type { HookAnswer } from '../trigger-type.ts';
import type { Delivery, Provider } from './provider.ts';
import { demandFresh, demandSignature, hmac } from './signature.ts';
import { DEFAULT_TOLERANCE_MS } from './standard.ts';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack — events, slash commands, interactions. */
export const slack: Provider = {
  verify({ headers, body }, { secrets, nowMs, options }) {
    const timestamp = headers['x-slack-request-timestamp'] ?? '';
    demandSignature(
      [headers['x-slack-signature'] ?? ''],
      secrets.map((secret) => `v0=${hmac('sha256', secret, 'hex', `v0:${timestamp}:`, body)}`),
    );
    demandFresh(timestamp, nowMs, options.toleranceMs ?? DEFAULT_TOLERANCE_MS);
  },
  read(_request, body, { answer }) {
    const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    if (fields.type === 'url_verification') {
      const challenge = String(fields.challenge ?? '');
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      return { event: 'url-verification', answeredOnly: true, answer: { status: 200, headers, body: challenge } };
    }
    if (fields.ssl_check === '1') return { event: 'ssl-check', answeredOnly: true, answer: { status: 200 } };
    if (typeof fields.command === 'string') {
      return { ...named('command', fields.trigger_id, atOnce(answer)), subject: fields.command };
    }
    if (typeof fields.payload === 'string') return interaction(fields.payload, answer);
    const inner = fields.event as { type?: unknown } | undefined;
    return named(inner?.type ?? fields.type, fields.event_id, { status: 200 });
  },
};

/** A button, menu, modal or shortcut: a form whose field `payload` is JSON. */
function interaction(text: string, answer: string | undefined): Delivery {
  let data: Record<string, unknown>;
  try {
    data = parseJsonText(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Problem('invalid_request', 'the field `payload` of this form is no JSON', { cause });
  }
  return { ...named(data?.type, data?.trigger_id, atOnce(answer)), data };
}

function named(event: unknown, id: unknown, answer: HookAnswer): Delivery {
  return {
    event: typeof event === 'string' && event !== '' ? event : 'unknown',
    ...(typeof id === 'string' && id !== '' && { id }),
    answer,
  };
}

/** Slack shows the body of this answer in the channel: an empty one says nothing. */
function atOnce(text: string | undefined): HookAnswer {
  if (text === undefined) return { status: 200 };
  const type = /^\s*\{/.test(text) ? 'application/json' : 'text/plain; charset=utf-8';
  return { status: 200, headers: { 'content-type': type }, body: text };
}
