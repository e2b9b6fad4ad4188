/**
 * What a function answers is shown on the node's own address: to a browser such a page gets an origin of its own, so that no script
 * in it can call the node in its user's name. A route with a host name of its own needs none of it.
 */
export const OPAQUE_ORIGIN = [
  'Content-Security-Policy',
  'sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads',
  'X-Content-Type-Options',
  'nosniff',
];

/** What a browser keeps for a whole host, or forgets of it. */
const OF_THE_HOST = new Set([
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'sec-session-registration',
  'secure-session-registration',
  'service-worker-allowed',
  'strict-transport-security',
]);

/** Whether one function would decide by this header about the node and about other functions on its address. */
export function isOfTheHost(name: string): boolean {
  return OF_THE_HOST.has(name.toLowerCase());
}
