const MAX_ID_LENGTH = 200;

/** Where an event lies in a bucket: `<prefix>/<yyyy>/<mm>/<dd>/<eventId>.json`, by the day (UTC) when it was handed over. */
export function objectKey(prefix: string, timeMs: number, eventId: string): string {
  const day = new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const name = encodeURIComponent(eventId.toWellFormed()).slice(0, MAX_ID_LENGTH);
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return `${folder}${day}/${name}.json`;
}
