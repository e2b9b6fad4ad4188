import type { NodeClient } from '../client.ts';
import { Failure } from '../failure.ts';
import { warn } from '../output.ts';

/**
 * Warns where a function was given to an owner who is neither a user nor a team: nobody has it by its owner then. A node
 * without users has none to be asked for, and who may not see users is not told.
 */
export async function warnOfUnknownOwner(client: NodeClient, owner: string | undefined): Promise<void> {
  if (owner === undefined || owner === '') return;
  const named = <K extends string>(kind: K) =>
    client.json<Record<K, { readonly name: string }[]>>('GET', `/v1/${kind}`).then((answer) => answer[kind]);
  try {
    const users = await named('users');
    if (users.length === 0) return;
    if ([...users, ...(await named('teams'))].some(({ name }) => name === owner)) return;
  } catch (error) {
    if (error instanceof Failure) return;
    throw error;
  }
  warn(`there is no user or team "${owner}": until there is, only those who may see to every function see to this one`);
}
