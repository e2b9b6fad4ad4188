import type { Command } from 'commander';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { expiryText, type SessionView } from '../identity/views.ts';
import { printJson, printPairs } from '../output.ts';

export function define(command: Command): void {
  command
    .description('Says as whom you talk to a node: user, teams, roles, and what your token is narrowed to.')
    .addHelpText('after', examples(['fob whoami', ''], ['fob --url unix:/var/lib/fob whoami', 'the operator']))
    .action(async (_options, self: Command) => {
      const client = await clientOf(self);
      const session = await client.json<SessionView>('GET', '/v1/session');
      if (optionsOf(self).json) return printJson({ ...session, url: client.url });
      const { token } = session;
      printPairs([
        ['who', session.kind === 'operator' ? 'the operator, who may do everything' : session.name],
        ['node', client.url],
        ...(session.credentialsDemanded || session.kind !== 'operator'
          ? []
          : [['users', 'none yet: the node asks for no credential'] as const]),
        ...(session.teams.length === 0 ? [] : [['teams', session.teams.join(', ')] as const]),
        ...(session.kind === 'operator'
          ? []
          : [
              [
                'roles',
                session.roles.map(({ role, through }) => `${role} (${through})`).join(', ') ||
                  'none: ask an administrator',
              ] as const,
            ]),
        ...(token === undefined
          ? []
          : [
              [
                'token',
                `${token.id}${token.label === '' ? '' : ` "${token.label}"`}, expires ${expiryText(token.expiresAt, Date.now())}`,
              ] as const,
            ]),
        ...(token?.scopes === undefined
          ? []
          : [['narrowed to', [...(token.scopes.roles ?? []), ...(token.scopes.actions ?? [])].join(', ')] as const]),
      ]);
    });
}
