import type { Command } from 'commander';
import { askSecret } from '../ask-secret.ts';
import { createClient } from '../client.ts';
import { examples, optionsOf } from '../command-line.ts';
import { credentialsFile, storeLogin } from '../credentials.ts';
import { EXIT, Failure } from '../failure.ts';
import type { SessionView, TokenView } from '../identity/views.ts';
import { expiryText } from '../identity/views.ts';
import { note, paintError, printJson } from '../output.ts';
import { sendJson } from '../send-json.ts';

export function define(command: Command): void {
  command
    .description(
      'Logs in at a node: with a name and password, or with a token. The token is kept for this node in your configuration ' +
        'folder, readable by you alone; FOB_TOKEN and --token go before it.',
    )
    .argument('[user]', 'your name, to be asked for your password; without, for a token')
    .addHelpText(
      'after',
      examples(
        ['fob login ada', 'asks for the password'],
        ['fob login', 'asks for a token'],
        ['fob login --token fob_…', ''],
        ['echo "$TOKEN" | fob login', 'in a script'],
        ['fob --url https://fob.example login ada', 'at another node'],
      ),
    )
    .action(async (user: string | undefined, _options, self: Command) => {
      const { url, token: given, json } = optionsOf(self);
      const token = user === undefined ? (given ?? (await askSecret('token'))) : await tokenOf(url, user);
      const client = await createClient(url, token.trim());
      const session = await client.json<SessionView>('GET', '/v1/session');
      if (!session.credentialsDemanded) {
        throw new Failure(EXIT.refused, `the node at ${client.url} has no users yet and asks for no credential`, {
          hint: 'make the first one with: fob user create <name> --admin',
        });
      }
      storeLogin(client.url, { token: token.trim(), name: session.name });
      if (json) return printJson({ ...session, url: client.url, file: credentialsFile() });
      const until = session.token?.expiresAt;
      note(
        `${paintError('green', '✔')} logged in as ${session.name} at ${client.url}` +
          (until === undefined ? '' : `, until ${expiryText(until, Date.now())}`),
      );
    });
}

async function tokenOf(url: string, user: string): Promise<string> {
  const password = await askSecret(`password of ${user}`);
  const anonymous = await createClient(url, undefined);
  const { token } = await sendJson<TokenView & { token: string }>(anonymous, 'POST', '/v1/session', { user, password });
  return token;
}
