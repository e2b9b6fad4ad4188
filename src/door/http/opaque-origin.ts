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
