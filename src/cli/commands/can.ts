import type { Command } from 'commander';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { type Statement, statementText } from '../identity/views.ts';
import { note, paint, print, printJson, printPairs } from '../output.ts';

interface Explanation {
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly reason: string;
  readonly needed?: string;
  readonly roles: readonly { readonly role: string; readonly through: string }[];
  readonly attributes: { readonly owner?: string; readonly tags?: Readonly<Record<string, string>> };
  /** Told of functions that there are not, to those who may know. */
  readonly exists?: false;
  readonly by?: { readonly statement: Statement };
}

export function define(command: Command): void {
  command
    .description(
      'Says whether somebody may do something, by which statement of which role, and what would be needed. Ends with 0 where they may, with 5 where not.',
    )
    .argument('<who>', 'a user or team; or token:…, function:…, anonymous, operator')
    .argument('<action>', 'such as function:invoke')
    .argument('[resource]', 'such as pay, function:pay or bucket:photos; without, everything')
    .addHelpText(
      'after',
      examples(
        ['fob can ada function:invoke pay-prod', ''],
        ['fob can shop bucket:read photos', 'what the team may do'],
        ['fob can anonymous function:invoke site', 'whoever has no credential'],
      ),
    )
    .action(async (who: string, action: string, resource: string | undefined, _options, self: Command) => {
      if (!action.includes(':') && action !== '*')
        throw new Failure(EXIT.usage, `"${action}" is no action, such as function:invoke`, {
          hint: `write who first: fob can ${who.includes(':') ? `<who> ${who}` : `${who} <action>`} ${action}`,
        });
      const client = await clientOf(self);
      const answer = await client.json<Explanation>('GET', '/v1/can', { query: { who, action, resource } });
      process.exitCode = answer.allowed ? EXIT.ok : EXIT.refused;
      if (optionsOf(self).json) return printJson(answer);
      const { allowed, attributes } = answer;
      const on = answer.resource === '*' ? '' : ` ${answer.resource}`;
      print(`${allowed ? paint('green', 'allowed') : paint('red', 'denied')}: ${answer.who}, ${answer.action}${on}`);
      const tags = Object.entries(attributes.tags ?? {}).map(([name, value]) => `${name}=${value}`);
      if (answer.exists === false && !answer.resource.includes('*'))
        note(`there is no ${answer.resource.replace(':', ' ')}: this is what would hold for one of that name`);
      printPairs([
        ['because', answer.reason],
        ...(answer.by === undefined ? [] : [['it says', statementText(answer.by.statement)] as const]),
        ...(answer.needed === undefined ? [] : [['needed', answer.needed] as const]),
        ['roles', answer.roles.map(({ role, through }) => `${role} (${through})`).join(', ') || 'none'],
        ...(attributes.owner ? [['owner', attributes.owner] as const] : []),
        ...(tags.length === 0 ? [] : [['tags', tags.join(' ')] as const]),
      ]);
    });
}
