import type { CloudEvent } from '../../model/event.ts';
import type { ProviderName, WebhookOptions } from './options.ts';

interface Sample {
  readonly event: string;
  readonly subject?: string;
  readonly data: Record<string, unknown>;
}

const repository = { full_name: 'octocat/hello-world', clone_url: 'https://example.com/octocat/hello-world.git' };
const commit = { id: '6113728f27ae82c7b1a177c8d03f9e96e0adf246', message: 'Say hello' };

/** The least that says what a sender's usual event is like. */
const SAMPLES: Readonly<Record<ProviderName, Sample>> = {
  github: {
    event: 'push',
    subject: repository.full_name,
    data: { ref: 'refs/heads/main', after: commit.id, repository, head_commit: commit, pusher: { name: 'octocat' } },
  },
  gitlab: {
    event: 'push',
    subject: repository.full_name,
    data: {
      object_kind: 'push',
      ref: 'refs/heads/main',
      after: commit.id,
      project: { path_with_namespace: repository.full_name },
      commits: [commit],
    },
  },
  bitbucket: {
    event: 'repo.push',
    subject: repository.full_name,
    data: { repository, push: { changes: [{ new: { type: 'branch', name: 'main', target: { hash: commit.id } } }] } },
  },
  slack: {
    event: 'app_mention',
    data: {
      type: 'event_callback',
      event_id: 'Ev0SAMPLE',
      event: { type: 'app_mention', user: 'U0SAMPLE', channel: 'C0SAMPLE', text: 'hello' },
    },
  },
  stripe: {
    event: 'payment_intent.succeeded',
    data: {
      id: 'evt_sample',
      object: 'event',
      type: 'payment_intent.succeeded',
      data: { object: { id: 'pi_sample', amount: 2000, currency: 'eur' } },
    },
  },
  standard: { event: 'user.created', data: { type: 'user.created', data: { id: 'u-1' } } },
  hmac: { event: 'message', data: { hello: 'world' } },
};

/** What `fob trigger test` sends where it is given nothing. */
export function sampleWebhook({ provider }: WebhookOptions): CloudEvent {
  const { event, subject, data } = SAMPLES[provider];
  return {
    specversion: '1.0',
    id: 'sample',
    source: 'fob:webhook/sample',
    type: `fob.webhook.${provider}.${event}`,
    ...(subject !== undefined && { subject }),
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    data,
    request: JSON.stringify({
      method: 'POST',
      path: '/hooks/sample',
      query: '',
      headers: { 'content-type': 'application/json' },
    }),
  };
}
