/** What a function may ask for by the native API: the backing services. What it may do with each thing is for their routes to say. */
const SERVICES = /^\/v1\/(?:buckets|queues|topics|kv)(?:[/?]|$)/;

/** Whether a request path belongs to a backing service. */
export function isServicePath(url: string): boolean {
  return SERVICES.test(url);
}
