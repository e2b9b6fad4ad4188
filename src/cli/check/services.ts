import { objectPath } from '../bucket-api.ts';
import { type NodeClient, readBody, readFailure } from '../client.ts';
import { EXIT, Failure } from '../failure.ts';
import { sendJson } from '../send-json.ts';
import { difference } from './difference.ts';
import type { ServicesState } from './test-file.ts';

const kv = (space: string, key = '') =>
  `/v1/kv/${encodeURIComponent(space)}${key === '' ? '' : `/${encodeURIComponent(key)}`}`;
const bucket = (name: string) => `/v1/buckets/${encodeURIComponent(name)}`;
const queue = (name: string, rest = '') => `/v1/queues/${encodeURIComponent(name)}${rest}`;

/** Texts as they are, other values as JSON. */
function bytesOf(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Makes what tests are given, anew before each of them: what a test before left in these places is gone. */
export async function makeServices(client: NodeClient, given: ServicesState): Promise<void> {
  for (const [space, values] of Object.entries(given.keyValues ?? {})) {
    await client.send('DELETE', kv(space)).then(readBody);
    for (const [key, value] of Object.entries(values))
      await client.send('PUT', kv(space, key), { body: bytesOf(value) }).then(readBody);
  }
  for (const [name, objects] of Object.entries(given.buckets ?? {})) {
    await freshBucket(client, name);
    for (const [key, value] of Object.entries(objects ?? {}))
      await client.send('PUT', objectPath(name, key), { body: bytesOf(value) }).then(readBody);
  }
  for (const [name, messages] of Object.entries(given.queues ?? {})) {
    await sendJson(client, 'PUT', queue(name), {});
    await client.send('POST', queue(name, '/purge')).then(readBody);
    for (const message of messages ?? [])
      await client.send('POST', queue(name, '/messages'), { body: bytesOf(message) }).then(readBody);
  }
  for (const name of given.topics ?? []) await client.json('PUT', `/v1/topics/${encodeURIComponent(name)}`);
}

async function freshBucket(client: NodeClient, name: string): Promise<void> {
  const made = await client.send('PUT', bucket(name), { acceptFailure: true });
  const isThere = made.statusCode === 409;
  if (!isThere && (made.statusCode ?? 0) >= 400) throw await readFailure(made);
  await readBody(made);
  if (!isThere) return;
  const { objects } = await client.json<{ objects: { key: string }[] }>('GET', `${bucket(name)}/objects`);
  for (const { key } of objects) await client.send('DELETE', objectPath(name, key)).then(readBody);
}

/** What services do not hold as they should, one text each. */
export async function compareServices(client: NodeClient, expected: ServicesState): Promise<string[]> {
  const faults: string[] = [];
  const compare = (what: string, actual: Buffer | undefined, wanted: unknown): void => {
    if (actual === undefined) faults.push(`there is no ${what}`);
    else if (!actual.equals(bytesOf(wanted)))
      faults.push(`${what} is not what it should be\n${difference(readable(actual, wanted), wanted)}`);
  };
  for (const [space, values] of Object.entries(expected.keyValues ?? {})) {
    for (const [key, value] of Object.entries(values))
      compare(`key "${key}" in the space "${space}"`, await bytesAt(client, kv(space, key)), value);
  }
  for (const [name, objects] of Object.entries(expected.buckets ?? {})) {
    for (const [key, value] of Object.entries(objects ?? {}))
      compare(`object "${key}" in the bucket "${name}"`, await bytesAt(client, objectPath(name, key)), value);
  }
  for (const [name, wanted] of Object.entries(expected.queues ?? {})) {
    const path = queue(name, '/messages?limit=100');
    const { messages } = await client.json<{ messages: { body?: string; bodyBase64?: string }[] }>('GET', path);
    const bodies = messages.map(({ body, bodyBase64 }) =>
      body === undefined ? Buffer.from(bodyBase64 ?? '', 'base64') : Buffer.from(body),
    );
    if (bodies.length !== (wanted ?? []).length)
      faults.push(`the queue "${name}" holds ${bodies.length} messages, not ${(wanted ?? []).length}`);
    for (const [index, message] of (wanted ?? []).entries())
      compare(`message ${index + 1} in the queue "${name}"`, bodies[index], message);
  }
  return faults;
}

/** As JSON, where JSON was expected. */
function readable(actual: Buffer, wanted: unknown): unknown {
  if (typeof wanted === 'string') return actual.toString();
  try {
    return JSON.parse(actual.toString());
  } catch {
    return actual.toString();
  }
}

async function bytesAt(client: NodeClient, path: string): Promise<Buffer | undefined> {
  try {
    return await readBody(await client.send('GET', path));
  } catch (error) {
    if (error instanceof Failure && error.exitCode === EXIT.notFound) return undefined;
    throw error;
  }
}
