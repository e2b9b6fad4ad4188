const ACTS: Readonly<Record<string, string>> = {
  read: 'Reads',
  write: 'Writes to',
  send: 'Sends to',
  receive: 'Receives from',
  publish: 'Publishes to',
  invoke: 'Invokes',
};
const THINGS: Readonly<Record<string, string>> = { kv: 'key-value space' };

/** A grant in words: `bucket:photos:read` reads the bucket photos. */
export function grantWords(grant: string): string {
  const [kind = '', name = '', access] = grant.split(':');
  const thing = THINGS[kind] ?? kind;
  const which = name === '*' ? `every ${thing}` : name.endsWith('*') ? `each ${thing} ${name}` : `the ${thing} ${name}`;
  if (kind === 'secret') return `Gets ${which}`;
  if (kind === 'function') return `Invokes ${which}`;
  return `${access === undefined ? 'Does anything with' : (ACTS[access] ?? access)} ${which}`;
}
