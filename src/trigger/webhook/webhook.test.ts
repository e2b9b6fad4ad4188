import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { systemClock } from '../../model/clock.ts';
import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import { bodyBytes } from '../../model/shape/event-data.ts';
import type { HookAnswer, HookRequest, SourceContext } from '../trigger-type.ts';
import { PROVIDERS, type WebhookOptions, WebhookOptionsSchema } from './options.ts';
import { webhookTrigger } from './webhook.ts';

const NOW_MS = 1_700_000_000_000;
const NOW_S = String(NOW_MS / 1_000);
const SECRET = "It's a Secret to Everybody";

const sign = (key: string | Buffer, text: string | Buffer, encoding: 'hex' | 'base64' = 'hex', algorithm = 'sha256') =>
  createHmac(algorithm, key).update(text).digest(encoding);

/** One request to a trigger with these options: its answer, and what was accepted. */
async function receive(
  options: Partial<WebhookOptions>,
  request: Partial<Omit<HookRequest, 'body'>> & { body?: string | Buffer },
  nowMs = NOW_MS,
): Promise<{ answer: HookAnswer; events: CloudEvent[] }> {
  const events: CloudEvent[] = [];
  const all = { provider: 'github', secret: SECRET, ...options } as WebhookOptions;
  assert.ok(Value.Check(WebhookOptionsSchema, all));
  webhookTrigger.check!(all);
  const context: SourceContext<WebhookOptions> = {
    trigger: { name: 'hook', function: 'build', type: 'webhook', options: {}, enabled: true },
    options: all,
    clock: { ...systemClock, now: () => nowMs },
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    accept: async (accepted) => void events.push(...accepted.map(({ event }) => event)),
    quarantine: async () => assert.fail('nothing is quarantined'),
    cursor: { load: async () => undefined, save: async () => {} },
    report: () => {},
  };
  const answer = await webhookTrigger.receive!(
    {
      method: 'POST',
      path: '',
      query: new URLSearchParams(),
      ...request,
      headers: { 'content-type': 'application/json', ...request.headers },
      body: Buffer.from(request.body ?? ''),
    },
    context,
  );
  return { answer, events };
}

const refusal = (code: string, words: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof Problem, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, words);
  assert.ok(!thrown.message.includes(SECRET));
  return true;
};
const unauthorized = refusal('unauthorized', /signature of this request is missing or wrong/);
const stale = refusal('unauthorized', /timestamp of this request is missing or too far/);

describe('github', () => {
  const push = '{"ref": "refs/heads/main", "repository": {"full_name": "a/b"}}';
  const headers = (body: string) => ({
    'x-github-event': 'push',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': `sha256=${sign(SECRET, body)}`,
  });

  test('the signature of its documentation is right', async () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const { events } = await receive(
      {},
      { body: 'Hello, World!', headers: { 'x-hub-signature-256': signature, 'content-type': 'text/plain' } },
    );
    assert.equal(events[0]!.data, 'Hello, World!');
  });

  test('a delivery becomes an event', async () => {
    const { answer, events } = await receive(
      {},
      { body: push, headers: { ...headers(push), authorization: 'Basic eA==', cookie: 'a=b' }, path: '/x' },
    );
    assert.equal(answer.status, 200);
    const [event] = events;
    assert.equal(event!.type, 'fob.webhook.github.push');
    assert.equal(event!.source, 'fob:webhook/hook');
    assert.equal(event!.id, '72d3162e-cc78-11e3-81ab-4c9367dc0958');
    assert.equal(event!.subject, 'a/b');
    assert.deepEqual(event!.data, JSON.parse(push));
    assert.equal(bodyBytes(event!).toString(), push, 'byte for byte');
    const request = JSON.parse(event!.request as string);
    assert.equal(request.path, '/hooks/hook/x');
    assert.equal(request.headers['x-github-event'], 'push');
    assert.deepEqual(
      Object.keys(request.headers).filter((name) => /cookie|authorization/.test(name)),
      [],
    );
  });

  test('a form holds the JSON in the field `payload`', async () => {
    const body = new URLSearchParams({ payload: push }).toString();
    const { events } = await receive(
      {},
      { body, headers: { ...headers(body), 'content-type': 'application/x-www-form-urlencoded' } },
    );
    assert.deepEqual(events[0]!.data, JSON.parse(push));
    assert.equal(bodyBytes(events[0]!).toString(), body);
  });

  test('a ping is answered and not handed on', async () => {
    const { answer, events } = await receive(
      {},
      { body: '{}', headers: { ...headers('{}'), 'x-github-event': 'ping' } },
    );
    assert.deepEqual([answer.status, answer.body, events.length], [200, 'pong\n', 0]);
  });

  test('what is not signed so is refused, and all alike', async () => {
    const wrong = [
      undefined,
      '',
      'sha256=',
      sign(SECRET, push),
      `sha1=${sign(SECRET, push, 'hex', 'sha1')}`,
      `sha256=${sign('another', push)}`,
      `sha256=${sign(SECRET, `${push} `)}`,
      `SHA256=${sign(SECRET, push)}`,
      `sha256=${sign(SECRET, push)}0`,
    ];
    for (const signature of wrong) {
      const given = { ...headers(push), 'x-hub-signature-256': signature ?? '' };
      await assert.rejects(receive({}, { body: push, headers: given }), unauthorized);
    }
  });

  test('no other text than the signed one passes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (signed, sent) => {
        fc.pre(signed !== sent);
        await assert.rejects(receive({}, { body: sent, headers: headers(signed) }), unauthorized);
      }),
      { numRuns: 50 },
    );
  });

  test('while a secret is changed, the one before it is good too', async () => {
    const { events } = await receive({ secret: 'new', previousSecret: SECRET }, { body: push, headers: headers(push) });
    assert.equal(events.length, 1);
    await assert.rejects(receive({ secret: 'new' }, { body: push, headers: headers(push) }), unauthorized);
  });

  test('is refused clearly: another method, no body, JSON that is none', async () => {
    await assert.rejects(receive({}, { method: 'GET' }), refusal('method_not_allowed', /by POST/));
    await assert.rejects(receive({}, { body: '', headers: headers('') }), refusal('invalid_request', /no body/));
    await assert.rejects(receive({}, { body: '{', headers: headers('{') }), refusal('invalid_request', /is no JSON/));
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const signed = { ...headers(''), 'x-hub-signature-256': `sha256=${sign(SECRET, bytes)}` };
    await assert.rejects(receive({}, { body: bytes, headers: signed }), refusal('invalid_request', /is no JSON/));
    await assert.rejects(receive({}, { body: '{' }), unauthorized, 'and nothing is said of the body before');
  });
});

describe('bitbucket', () => {
  const options = { provider: 'bitbucket' } as const;

  test('the signature of its documentation is right', async () => {
    const headers = {
      'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
      'x-event-key': 'repo:push',
      'x-request-uuid': 'cf0f1a4c',
      'content-type': 'text/plain',
    };
    const { events } = await receive(options, { body: 'Hello World!', headers });
    assert.equal(events[0]!.type, 'fob.webhook.bitbucket.repo.push');
    assert.equal(events[0]!.id, 'cf0f1a4c');
  });

  test('a test is answered', async () => {
    const headers = { 'x-hub-signature': `sha256=${sign(SECRET, '{}')}`, 'x-event-key': 'diagnostics:ping' };
    const { events, answer } = await receive(options, { body: '{}', headers });
    assert.deepEqual([events.length, answer.status], [0, 200]);
  });
});

describe('gitlab', () => {
  const options = { provider: 'gitlab' } as const;
  const body = '{"project":{"path_with_namespace":"a/b"}}';
  const headers = { 'x-gitlab-event': 'Merge Request Hook', 'x-gitlab-token': SECRET };

  test('a secret token is compared, and kept out of the event', async () => {
    const { events } = await receive(options, { body, headers: { ...headers, 'idempotency-key': 'k-1' } });
    assert.equal(events[0]!.type, 'fob.webhook.gitlab.merge-request');
    assert.equal(events[0]!.id, 'k-1');
    assert.equal(events[0]!.subject, 'a/b');
    assert.ok(!JSON.stringify(events[0]).includes(SECRET));
    await assert.rejects(receive(options, { body, headers: { ...headers, 'x-gitlab-token': 'no' } }), unauthorized);
    await assert.rejects(receive(options, { body }), unauthorized);
  });

  test('hooks that share a UUID are told apart by their bodies', async () => {
    const uuid = { ...headers, 'x-gitlab-event-uuid': '13792a34' };
    const ids = [body, body, '{}'].map(
      async (text) => (await receive(options, { body: text, headers: uuid })).events[0]!.id,
    );
    const [first, again, other] = await Promise.all(ids);
    assert.equal(first, again);
    assert.notEqual(first, other);
  });

  test('a signature goes before the token', async () => {
    const key = Buffer.from('a key of some length');
    const secret = `whsec_${key.toString('base64')}`;
    const signed = {
      ...headers,
      'webhook-id': 'id-1',
      'webhook-timestamp': NOW_S,
      'webhook-signature': `v1,${sign(key, `id-1.${NOW_S}.${body}`, 'base64')}`,
    };
    const { events } = await receive({ ...options, secret }, { body, headers: signed });
    assert.equal(events[0]!.id, 'id-1');
    const unsigned = { ...signed, 'webhook-signature': 'v1,AAAA' };
    await assert.rejects(receive(options, { body, headers: unsigned }), unauthorized, 'with the right token, too');
  });
});

describe('standard webhooks', () => {
  const options = { provider: 'standard', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } as const;
  const body = '{"test": 2432232314}';
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,AAAA v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };

  test('the published example passes in its time', async () => {
    const { events } = await receive(options, { body, headers }, 1_614_265_330_000);
    assert.equal(events[0]!.id, 'msg_p5jXN8AQM9LWM0D4loKWxJek');
    await assert.rejects(receive(options, { body, headers }), stale);
    const otherId = { ...headers, 'webhook-id': 'msg_2' };
    await assert.rejects(receive(options, { body, headers: otherId }, 1_614_265_330_000), unauthorized);
  });
});

describe('slack', () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const options = { provider: 'slack', secret } as const;
  const form = 'application/x-www-form-urlencoded';
  const command =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const signed = (body: string, type = 'application/json', timestamp = NOW_S) => ({
    'content-type': type,
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${sign(secret, `v0:${timestamp}:${body}`)}`,
  });

  test('the slash command of its documentation passes in its time', async () => {
    const headers = {
      'content-type': form,
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const atTheTime = 1_531_420_618_000;
    const { answer, events } = await receive(options, { body: command, headers }, atTheTime);
    assert.deepEqual(answer, { status: 200 }, 'an empty answer shows nothing in the channel');
    const [event] = events;
    assert.equal(event!.type, 'fob.webhook.slack.command');
    assert.equal(event!.subject, '/webhook-collect');
    assert.equal(event!.id, '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c');
    assert.equal((event!.data as Record<string, string>).user_name, 'roadrunner');
    for (const late of [300_001, -300_001]) {
      await assert.rejects(receive(options, { body: command, headers }, atTheTime + late), stale);
    }
    await receive(options, { body: command, headers }, atTheTime + 300_000);
  });

  test('the challenge is answered with itself', async () => {
    const body = '{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}';
    const { answer, events } = await receive(options, { body, headers: signed(body) });
    assert.equal(answer.body, '3eZbrw1aB');
    assert.equal(events.length, 0);
    await assert.rejects(
      receive(options, { body, headers: { ...signed(body), 'x-slack-signature': 'v0=' } }),
      unauthorized,
    );
  });

  test('an event has its own id, again when Slack tries again', async () => {
    const body = '{"type":"event_callback","event_id":"Ev08MFMKH6","event":{"type":"app_mention","text":"hi"}}';
    const { events } = await receive(options, { body, headers: { ...signed(body), 'x-slack-retry-num': '1' } });
    assert.equal(events[0]!.type, 'fob.webhook.slack.app_mention');
    assert.equal(events[0]!.id, 'Ev08MFMKH6');
  });

  test('an interaction is the JSON in its form, answered with the words that are set', async () => {
    const payload = { type: 'block_actions', trigger_id: 't-1', actions: [{ action_id: 'go' }] };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const asked = { body, headers: signed(body, form) };
    const { answer, events } = await receive({ ...options, answer: 'On it.' }, asked);
    assert.equal(events[0]!.type, 'fob.webhook.slack.block_actions');
    assert.deepEqual(events[0]!.data, payload);
    assert.equal(bodyBytes(events[0]!).toString(), body);
    assert.deepEqual(answer, { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'On it.' });
    const json = await receive({ ...options, answer: '{"text":"On it."}' }, asked);
    assert.equal(json.answer.headers!['content-type'], 'application/json');
    const broken = 'payload=%7B';
    await assert.rejects(
      receive(options, { body: broken, headers: signed(broken, form) }),
      refusal('invalid_request', /`payload`/),
    );
  });
});

describe('stripe', () => {
  const options = { provider: 'stripe', secret: 'whsec_test' } as const;
  const body = '{\n  "id": "evt_1",\n  "type": "invoice.paid"\n}';
  const v1 = (secret = 'whsec_test', timestamp = NOW_S) => sign(secret, `${timestamp}.${body}`);
  const header = (value: string) => ({ 'stripe-signature': value });

  test('one of several signatures is enough', async () => {
    const { events } = await receive(options, {
      body,
      headers: header(`t=${NOW_S},v1=${v1('old')},v1=${v1()},v0=${v1()}`),
    });
    assert.equal(events[0]!.type, 'fob.webhook.stripe.invoice.paid');
    assert.equal(events[0]!.id, 'evt_1');
  });

  test('no other scheme, time or secret is', async () => {
    for (const value of ['', 't=', `v1=${v1()}`, `t=${NOW_S},v0=${v1()}`, `t=${NOW_S},v1=${v1('old')}`]) {
      await assert.rejects(receive(options, { body, headers: header(value) }), unauthorized);
    }
    const old = String(Number(NOW_S) - 301);
    await assert.rejects(receive(options, { body, headers: header(`t=${old},v1=${v1('whsec_test', old)}`) }), stale);
    const longer = { ...options, toleranceMs: 600_000 };
    await receive(longer, { body, headers: header(`t=${old},v1=${v1('whsec_test', old)}`) });
  });
});

describe('anybody', () => {
  test('equal bodies count as one where there is no id', async () => {
    const headers = { 'x-signature': sign(SECRET, 'hello'), 'content-type': 'text/plain' };
    const once = await receive({ provider: 'hmac' }, { body: 'hello', headers });
    const twice = await receive({ provider: 'hmac' }, { body: 'hello', headers });
    assert.equal(once.events[0]!.id, twice.events[0]!.id);
    assert.match(once.events[0]!.id, /^[0-9a-f]{64}$/);
  });

  test('headers, algorithm, encoding and prefix are as set', async () => {
    const options = {
      provider: 'hmac',
      signatureHeader: 'X-Shop-Hmac',
      algorithm: 'sha512',
      encoding: 'base64',
      prefix: 'v2:',
      timestampHeader: 'X-Shop-Time',
      idHeader: 'X-Shop-Id',
      eventHeader: 'X-Shop-Topic',
    } as const;
    const headers = {
      'x-shop-hmac': `v2:${sign(SECRET, `${NOW_S}.{}`, 'base64', 'sha512')}`,
      'x-shop-time': NOW_S,
      'x-shop-id': 'id-1',
      'x-shop-topic': 'orders/create',
    };
    const { events } = await receive(options, { body: '{}', headers });
    assert.equal(events[0]!.type, 'fob.webhook.hmac.orders/create');
    assert.equal(events[0]!.id, 'id-1');
    await assert.rejects(receive(options, { body: '{}', headers: { ...headers, 'x-shop-time': '' } }), unauthorized);
    await assert.rejects(receive(options, { body: '{}', headers }, NOW_MS + 400_000), stale);
  });
});

describe('the options', () => {
  test('words name the provider', () => {
    assert.deepEqual(webhookTrigger.parseWords(['gitlab']), { provider: 'gitlab' });
    for (const words of [[], ['sourceforge'], ['github', 'more'], ['constructor']]) {
      assert.throws(() => webhookTrigger.parseWords(words), refusal('invalid_request', /one of github, gitlab/));
    }
  });

  test('what a provider does not know is refused', () => {
    const check = (options: Partial<WebhookOptions>) => () =>
      webhookTrigger.check!({ provider: 'github', secret: 's', ...options } as WebhookOptions);
    check({})();
    assert.throws(check({ idHeader: 'X' }), refusal('invalid_request', /`idHeader` is for hmac/));
    assert.throws(check({ answer: 'x' }), refusal('invalid_request', /`answer` is for slack/));
    assert.throws(check({ toleranceMs: 5_000 }), refusal('invalid_request', /`toleranceMs`/));
    assert.throws(check({ previousSecret: 's' }), refusal('invalid_request', /are the same/));
    assert.equal(Value.Check(WebhookOptionsSchema, { provider: 'github' }), false, 'there must be a secret');
    assert.equal(Value.Check(WebhookOptionsSchema, { provider: 'github', secret: '' }), false);
  });

  test('every provider has a sample', () => {
    for (const provider of PROVIDERS) {
      assert.match(
        webhookTrigger.sample({ provider, secret: 's' }).type,
        new RegExp(`^fob\\.webhook\\.${provider}\\.`),
      );
      assert.ok(!webhookTrigger.describe({ provider, secret: 'hidden' }).includes('hidden'));
    }
  });
});
