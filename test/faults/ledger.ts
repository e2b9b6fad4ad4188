import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Client } from '../support/client.ts';

const FUNCTION = 'ledger';
const QUEUE = 'ledger';
const SECRET = 'the-secret-of-the-hook';
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Writes the id of whatever wakes it into a queue, by its outbox: each entry is one run that counted. */
const CODE = `
const fob = require('fob');
const idOf = (event) => {
  const record = event.Records?.[0];
  if (record?.s3) return decodeURIComponent(record.s3.object.key);
  if (record?.body) return record.body;
  if (event.source === 'aws.events') return 'tick-' + event.time;
  return event.id ?? JSON.parse(event.body).id;
};
exports.handler = async (event) => {
  const id = idOf(event);
  fob.send('${QUEUE}', id);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  return id;
};
`;

/** Ways in. Each sends one thing under an id until it hears that it was accepted. */
const SOURCES: Readonly<Record<string, (client: Client, id: string) => Promise<number>>> = {
  async direct(client, id) {
    const headers = { ...JSON_TYPE, 'Idempotency-Key': id };
    return (await client.request('POST', `/v1/functions/${FUNCTION}/events`, { headers, body: JSON.stringify({ id }) }))
      .status;
  },
  async sync(client, id) {
    const headers = { ...JSON_TYPE, 'Idempotency-Key': id };
    return (await client.request('POST', `/v1/functions/${FUNCTION}/invoke`, { headers, body: JSON.stringify({ id }) }))
      .status;
  },
  async queue(client, id) {
    const headers = { 'Content-Type': 'text/plain', 'Fob-Deduplication-Id': id };
    return (await client.request('POST', '/v1/queues/in/messages', { headers, body: id })).status;
  },
  async object(client, id) {
    return (await client.request('PUT', `/v1/buckets/fault-in/objects/${id}`, { body: 'x'.repeat(20_000) })).status;
  },
  async hook(client, id) {
    const body = JSON.stringify({ id });
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    const headers = {
      ...JSON_TYPE,
      'X-Hub-Signature-256': `sha256=${signature}`,
      'X-GitHub-Delivery': id,
      'X-GitHub-Event': 'push',
    };
    return (await client.request('POST', '/hooks/hook', { headers, body })).status;
  },
};

/** Clients that keep books of what a node accepted, over all its deaths. */
export class Ledger {
  /** How often each id was sent, and whether it was said to be accepted. */
  readonly sent = new Map<string, { tries: number; accepted: boolean }>();
  private sequence = 0;
  private readonly open = new Map<string, string>();

  /** Makes the function, its triggers and what they listen to. */
  async setUp(client: Client): Promise<void> {
    const config = {
      handler: 'main.handler',
      timeoutMs: 2_000,
      eventRetries: 50,
      eventRetryDelayMs: 100,
      grants: [`queue:${QUEUE}:send`],
    };
    await client.put(FUNCTION, CODE, { runtime: 'node', ...config });
    const put = async (path: string, body: object = {}) => {
      const { status, text } = await client.request('PUT', path, { headers: JSON_TYPE, body: JSON.stringify(body) });
      assert.ok(status < 300, `${path}: ${text}`);
    };
    await put(`/v1/queues/${QUEUE}`);
    await put('/v1/queues/in');
    await put('/v1/buckets/fault-in');
    for (const trigger of [
      { name: 'queue', type: 'queue', options: { queue: 'in' } },
      { name: 'bucket', type: 'bucket', options: { bucket: 'fault-in' } },
      { name: 'hook', type: 'webhook', options: { provider: 'github', secret: SECRET } },
      { name: 'tick', type: 'schedule', options: { expression: '* * * * * *', catchUp: 'all' } },
    ]) {
      const body = JSON.stringify({ function: FUNCTION, ...trigger });
      const { status, text } = await client.request('POST', '/v1/triggers', { headers: JSON_TYPE, body });
      assert.equal(status, 201, text);
    }
  }

  /** Sends by every way at once until the node no longer answers. */
  async load(client: Client, over: AbortSignal): Promise<void> {
    await Promise.all(
      Object.keys(SOURCES).flatMap((source) =>
        [0, 1].map((lane) => this.until(over, client, source, `${source}-${lane}`)),
      ),
    );
  }

  /** Sends again whatever was never said to be accepted, and stops the clock. */
  async settle(client: Client): Promise<void> {
    for (const [lane, id] of this.open) {
      await this.send(client, lane.split('-')[0]!, id);
      this.open.delete(lane);
    }
    const body = JSON.stringify({ enabled: false });
    const paused = await client.request('PATCH', '/v1/triggers/tick', { headers: JSON_TYPE, body });
    assert.equal(paused.status, 200, paused.text);
  }

  /** Ids that counted, with how often. */
  async entries(client: Client): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (;;) {
      const { json } = await client.request('POST', `/v1/queues/${QUEUE}/receive?max=10`);
      if (json.messages.length === 0) return found;
      for (const { body, receipt } of json.messages) {
        found.set(body, (found.get(body) ?? 0) + 1);
        await client.request('DELETE', `/v1/queues/${QUEUE}/messages/${encodeURIComponent(receipt)}`);
      }
    }
  }

  /** How much is on its way, and how much was given up. */
  async pending(client: Client): Promise<{ open: number; dead: number }> {
    const { json } = await client.request('GET', `/v1/functions/${FUNCTION}/events`);
    const queue = await client.request('GET', '/v1/queues/in');
    const { ready, delayed, leased } = queue.json.stats;
    let [open, dead] = [ready + delayed + leased, 0];
    for (const lane of json.lanes) {
      open += lane.waiting + lane.delayed + lane.running;
      dead += lane.dead;
    }
    return { open, dead };
  }

  private async until(over: AbortSignal, client: Client, source: string, lane: string): Promise<void> {
    while (!over.aborted) {
      const id = this.open.get(lane) ?? `${source}-${++this.sequence}`;
      this.open.set(lane, id);
      try {
        await this.send(client, source, id);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        // The node is gone, and what became of it is not known: it is sent again to the next one.
        return;
      }
      this.open.delete(lane);
    }
  }

  private async send(client: Client, source: string, id: string): Promise<void> {
    const book = this.sent.get(id) ?? { tries: 0, accepted: false };
    this.sent.set(id, book);
    book.tries++;
    const status = await SOURCES[source]!(client, id);
    // A node that stops, or has too much to do, refuses: that is no acceptance.
    if (status === 429 || status >= 500) throw new Error(`${id} was refused with ${status}`);
    assert.ok(status >= 200 && status < 300, `${id}: ${status}`);
    book.accepted = true;
  }
}
