import { kv } from 'fob';

const { SPACE = 'addresses' } = process.env;

/**
 * Answers 403 for an address that is blocked, and 204 otherwise, as nginx wants it of `auth_request`. Only the proxy may set
 * X-Real-IP, which is why it asks, and not whoever it is about.
 */
export async function handler({ headers }) {
  const address = headers['x-real-ip'];
  const isBlocked = (await kv.get(SPACE, `blocked/${address}`)) !== undefined;
  return { statusCode: isBlocked ? 403 : 204, headers: { 'cache-control': 'no-store' }, body: '' };
}
