import type { Command } from 'commander';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { formatAge, parseDurationMs } from '../human.ts';
import { note, paint, paintError, print, printJson, printTable } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';

const REGION = 'us-east-1';

interface KeyView {
  readonly accessKeyId: string;
  readonly label: string;
  readonly grants?: readonly string[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
}

interface CreateOptions {
  readonly grant?: readonly string[];
  readonly expires?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .description('Access keys: the credentials of S3 clients and of whatever else signs its requests as AWS does.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['eval "$(fob key create)"', 'a key for this shell: aws, boto3 and others find it'],
        ['fob key create backup --grant bucket:backups --expires 90d', 'a key for one bucket'],
        ['fob key create site --grant bucket:site:read --grant bucket:logs:write', ''],
        ['fob key list', ''],
        ['fob key rm FOBKEXAMPLEEXAMPLE22', ''],
      ),
    );
  defineCreate(command);
  defineList(command);
  defineRemove(command);
}

function defineCreate(command: Command): void {
  command
    .command('create')
    .summary('create an access key')
    .description(
      'Creates an access key and prints it as the environment variables that clients of AWS read. The secret is shown this once.',
    )
    .argument('[label]', 'what it is for')
    .option(
      '--grant <kind:name:access>',
      'what it may do, such as bucket:photos:read; may be given several times; without any, everything',
      collect,
    )
    .option('--expires <duration>', 'how long it is good, such as 12h or 90d; without, until it is removed')
    .action(async (label: string | undefined, _options, self: Command) => {
      const { grant, expires, json } = optionsOf<CreateOptions>(self);
      const client = await clientOf(self);
      const expiresAt =
        expires === undefined ? undefined : new Date(Date.now() + parseDurationMs(expires, '--expires')).toISOString();
      const key = await sendJson<KeyView & { secretAccessKey: string }>(client, 'POST', '/v1/keys', {
        label,
        grants: grant,
        expiresAt,
      });
      if (json) return printJson({ ...key, endpoint: client.url, region: REGION });
      note(`${paintError('green', '✔')} an access key; its secret is shown only now`);
      print(
        [
          `export AWS_ACCESS_KEY_ID=${key.accessKeyId}`,
          `export AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`,
          `export AWS_ENDPOINT_URL=${client.url}`,
          `export AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}`,
        ].join('\n'),
      );
    });
}

function defineList(command: Command): void {
  command
    .command('list')
    .summary('list access keys')
    .description('Lists access keys, without their secrets.')
    .action(async (_options, self: Command) => {
      const { keys } = await (await clientOf(self)).json<{ keys: KeyView[] }>('GET', '/v1/keys');
      if (optionsOf(self).json) return printJson(keys);
      if (keys.length === 0) return note('no access keys yet: fob key create <what it is for>');
      const now = Date.now();
      printTable(
        [
          { title: 'KEY', decorate: (cell) => paint('bold', cell) },
          { title: 'CREATED', align: 'right', dropOrder: 2 },
          { title: 'USED', align: 'right' },
          { title: 'EXPIRES', dropOrder: 1 },
          { title: 'MAY', shrinkTo: 12 },
          { title: 'LABEL', shrinkTo: 8 },
        ],
        keys.map(({ accessKeyId, label, grants, createdAt, expiresAt, lastUsedAt }) => [
          accessKeyId,
          formatAge(Date.parse(createdAt), now),
          lastUsedAt === undefined ? 'never' : formatAge(Date.parse(lastUsedAt), now),
          expiryOf(expiresAt, now),
          grants?.join(' ') ?? 'everything',
          label,
        ]),
      );
    });
}

function defineRemove(command: Command): void {
  command
    .command('rm')
    .summary('remove access keys')
    .description('Removes access keys; they are refused from then on.')
    .argument('<keys...>', 'their ids')
    .action((ids: string[], _options, self: Command) =>
      removeEach(ids, self, {
        kind: 'access key',
        hint: 'fob key list shows them',
        remove: (client, id) => client.json('DELETE', `/v1/keys/${encodeURIComponent(id)}`),
      }),
    );
}

function expiryOf(expiresAt: string | undefined, nowMs: number): string {
  if (expiresAt === undefined) return 'never';
  return Date.parse(expiresAt) <= nowMs ? 'expired' : expiresAt.slice(0, 10);
}
