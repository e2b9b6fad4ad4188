import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Lease } from '../../store/queue.ts';
import type { Registry } from '../../store/registry.ts';

const KEY = 'service/receipt-key';
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Receipts are leases as opaque texts: who received a message can finish it, and nobody can make a receipt up. Their key is
 * kept in the registry, so that receipts outlive a restart.
 */
interface Receipts {
  issue(lease: Lease): string;
  /** `undefined` where it was not issued for this queue. */
  read(queue: string, receipt: string): Lease | undefined;
}

export async function openReceipts(registry: Registry): Promise<Receipts> {
  const key = Buffer.from(await keptKey(registry), 'base64');
  const tagOf = (queue: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${queue}\0${text}`).digest().subarray(0, TAG_BYTES);
  return {
    issue({ queue, messageId, token }) {
      const text = JSON.stringify([messageId, token]);
      return Buffer.concat([tagOf(queue, text), Buffer.from(text)]).toString('base64url');
    },
    read(queue, receipt) {
      const bytes = Buffer.from(receipt, 'base64url');
      const text = bytes.subarray(TAG_BYTES).toString();
      const tag = bytes.subarray(0, TAG_BYTES);
      if (tag.length < TAG_BYTES || !timingSafeEqual(tag, tagOf(queue, text))) return undefined;
      const [messageId, token] = JSON.parse(text) as [string, string];
      return { queue, messageId, token };
    },
  };
}

async function keptKey(registry: Registry): Promise<string> {
  for (;;) {
    const kept = await registry.get<string>(KEY);
    if (kept !== undefined) return kept.value;
    const fresh = randomBytes(KEY_BYTES).toString('base64');
    try {
      await registry.put(KEY, fresh, 0);
      return fresh;
    } catch (error) {
      // Another node was quicker.
      if ((error as { code?: unknown }).code !== 'conflict') throw error;
    }
  }
}
