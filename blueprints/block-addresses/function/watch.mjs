import { BlockList, isIP } from 'node:net';
import { kv, publish } from 'fob';

const { SPACE = 'addresses', TOPIC = 'blocked', NEVER = '' } = process.env;
const LIMIT = Number(process.env.LIMIT ?? 20);
const BLOCK_MS = Number(process.env.MINUTES ?? 60) * 60_000;
/** Counts of a minute are of no use later. */
const COUNT_MS = 120_000;
/** What somebody who guesses gets: not signed in, not allowed, not found, too many requests. */
const REFUSED = [401, 403, 404, 429];

const never = new BlockList();
for (const network of NEVER.split(',')
  .map((text) => text.trim())
  .filter(Boolean)) {
  const [address, bits = isIP(network) === 6 ? 128 : 32] = network.split('/');
  never.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Takes records of an access log, `{"address", "status", "time"}` each, and blocks those with too many refused requests. */
export async function handler({ Records }) {
  const counts = new Map();
  for (const { body } of Records) {
    const { address, status, time } = JSON.parse(body);
    const family = isIP(address);
    // What is no address is somebody's attempt to write into the log.
    if (family === 0 || !REFUSED.includes(status)) continue;
    if (never.check(address, family === 6 ? 'ipv6' : 'ipv4')) continue;
    const key = `count/${address}/${String(time).slice(0, 16)}`;
    counts.set(key, { address, count: (counts.get(key)?.count ?? 0) + 1 });
  }

  const blocked = [];
  for (const [key, { address, count }] of counts) {
    const total = Number((await kv.get(SPACE, key)) ?? 0) + count;
    await kv.put(SPACE, key, String(total), { ttlMs: COUNT_MS });
    if (total <= LIMIT || (await kv.get(SPACE, `blocked/${address}`)) !== undefined) continue;
    await kv.put(SPACE, `blocked/${address}`, { refused: total }, { ttlMs: BLOCK_MS });
    publish(TOPIC, { address, refused: total, minutes: BLOCK_MS / 60_000 });
    console.log(`blocked ${address} after ${total} refused requests`);
    blocked.push(address);
  }
  return { blocked };
}
