import type { Command } from 'commander';
import { createClient } from '../client.ts';
import { optionsOf } from '../command-line.ts';
import { forgetLogin, storedLogin } from '../credentials.ts';
import type { SessionView } from '../identity/views.ts';
import { note, paintError, printJson } from '../output.ts';

export function define(command: Command): void {
  command
    .description('Forgets the token that is kept for a node; one that came from a password is revoked, too.')
    .action(async (_options, self: Command) => {
      const { url, json } = optionsOf(self);
      const login = storedLogin(url);
      let revoked = false;
      if (login !== undefined) {
        // A node that is gone, or a token that is no longer good, must not keep anybody logged in here.
        revoked = await revokeSession(url, login.token).catch(() => false);
        forgetLogin(url);
      }
      if (json) return printJson({ loggedOut: login !== undefined, revoked });
      if (login === undefined) return note(`nobody is logged in at ${url}`);
      note(`${paintError('green', '✔')} logged out at ${url}${revoked ? '; the token is revoked' : ''}`);
    });
}

async function revokeSession(url: string, token: string): Promise<boolean> {
  const client = await createClient(url, token);
  const session = await client.json<SessionView>('GET', '/v1/session');
  if (session.token?.session !== true) return false;
  await client.send('DELETE', '/v1/session');
  return true;
}
