/** Commands that list what a path of the API lists. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['functions', 'fob list'],
  ['alerts', 'fob alert list'],
  ['alerts/channels', 'fob alert channel list'],
  ['alerts/rules', 'fob alert rules'],
  ['alerts/silences', 'fob alert silences'],
  ['quotas', 'fob quota'],
  ['repositories', 'fob repo list'],
  ['policies', 'fob policy list'],
  ...['bucket', 'execution-role', 'key', 'queue', 'role', 'secret', 'team', 'token', 'topic', 'trigger', 'user'].map(
    (kind) => [`${kind}s`, `fob ${kind} list`] as const,
  ),
]);

/** A message of the API that says which path lists what there is, for people at a terminal: with the command in its place. */
export function withListCommand(message: string): { message: string; hint?: string } {
  const found = /; GET \/v1\/([a-z/-]+) lists (them|those that do)$/.exec(message);
  const command = LISTS.get(found?.[1] ?? '');
  if (found === null || command === undefined) return { message };
  return { message: message.slice(0, found.index), hint: `${command} shows ${found[2]}` };
}
