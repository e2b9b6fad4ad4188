import type { Command } from 'commander';
import { type BucketView, bucketPath, type ObjectPage, type ObjectView, objectPath } from '../bucket-api.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatAge, formatBytes } from '../human.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';
import { ownCommand } from '../project.ts';
import { sendJson } from '../send-json.ts';

const PAGE = 1_000;

export function define(command: Command): void {
  command
    .description('Buckets of objects, which S3 clients reach too.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['fob bucket create photos', ''],
        ['fob bucket put photos cat.jpg', 'store a file as cat.jpg'],
        ['fob bucket put photos ./2026 --key 2026', 'store a folder'],
        ['fob bucket list photos 2026/', 'what is below 2026/'],
        ['fob bucket get photos cat.jpg -', 'print it'],
        ['fob bucket set photos --versioning enabled --expire logs/=30', ''],
      ),
    );
  const add = (usage: string, summary: string) => command.command(usage).description(summary);

  add('create <bucket>', 'Creates a bucket.').action(async (bucket: string, _options, self: Command) => {
    const created = await (await clientOf(self)).json<BucketView>('PUT', bucketPath(bucket));
    if (optionsOf(self).json) return printJson(created);
    print(`${paint('green', '✔')} ${bucket} is created`);
  });

  add('list [bucket] [prefix]', 'Lists buckets, or the objects of one.')
    .option('-r, --recursive', 'all keys, not only the next level of folders')
    .option('--removed', 'what was removed from a bucket with versions')
    .option('-n, --limit <n>', 'most items', '1000')
    .action(listOf);

  add('put <bucket> <files...>', 'Stores files, folders with all that is in them, or standard input (-).')
    .option('--key <key>', 'the key; of several files, or of a folder, what their keys begin with')
    .option('--type <type>', 'the content type (default: by the ending of the name)')
    .option('--meta <name=value>', 'metadata; may be given several times', collect)
    .action(async (bucket: string, files: string[], _options, self: Command) => {
      const { put } = await import('../bucket-transfer.ts');
      await put(await clientOf(self), bucket, files, optionsOf(self));
    });

  add('get <bucket> <key> [file]', 'Saves an object as a file (- prints it).').action(
    async (bucket: string, key: string, file: string | undefined, _options, self: Command) => {
      const { get } = await import('../bucket-transfer.ts');
      await get(await clientOf(self), bucket, key, file, optionsOf(self).json === true);
    },
  );

  add('rm <bucket> [keys...]', 'Removes objects, or a bucket.')
    .option('--prefix <prefix>', 'all objects whose key starts so; empty for all')
    .action(remove);

  add('restore <bucket> <keys...>', 'Brings removed objects of a bucket with versions back.').action(
    async (bucket: string, keys: string[], _options, self: Command) => {
      const { restore } = await import('../bucket-removed.ts');
      await restore(await clientOf(self), bucket, keys, optionsOf(self).json === true);
    },
  );

  add('show <bucket> [key]', 'Shows a bucket, or the headers of an object.').action(show);

  add('set <bucket>', 'Changes the settings of a bucket.')
    .option('--versioning <state>', 'enabled, or suspended')
    .option('--expire <prefix=days>', 'remove objects whose key starts so after that many days; several times', collect)
    .option('--no-expire', 'remove nothing by age')
    .option('--tag <name=value>', 'replaces the tags; may be given several times', collect)
    .action(configure);
}

interface ListOptions {
  readonly recursive?: boolean;
  readonly removed?: boolean;
  readonly limit: string;
}

async function listOf(bucket: string | undefined, prefix = '', _options: unknown, self: Command): Promise<void> {
  const client = await clientOf(self);
  const { json, recursive, removed, limit } = optionsOf<ListOptions>(self);
  const now = Date.now();
  if (bucket === undefined) {
    const { buckets } = await client.json<{ buckets: BucketView[] }>('GET', '/v1/buckets');
    if (json) return printJson(buckets);
    if (buckets.length === 0) return note(`no buckets yet: ${ownCommand()} bucket create <name>`);
    return printTable(
      [
        { title: 'BUCKET', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
        { title: 'OBJECTS', align: 'right' },
        { title: 'SIZE', align: 'right' },
        { title: 'VERSIONING', dropOrder: 1 },
        { title: 'CREATED', align: 'right', dropOrder: 2 },
      ],
      buckets.map(({ name, objects, bytes, settings, createdAt }) => [
        name,
        objects.toLocaleString('en-US'),
        formatBytes(bytes),
        settings.versioning,
        formatAge(Date.parse(createdAt), now),
      ]),
    );
  }
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1) throw new Failure(EXIT.usage, `--limit: "${limit}" is no number of items`);
  if (removed === true) {
    const { printRemoved } = await import('../bucket-removed.ts');
    return printRemoved(client, bucket, prefix, most, json === true);
  }
  const objects: ObjectView[] = [];
  const folders: string[] = [];
  let after: string | undefined;
  do {
    const room = Math.min(PAGE, most - objects.length - folders.length);
    const query = { prefix, limit: room, after, delimiter: recursive ? undefined : '/' };
    const page = await client.json<ObjectPage>('GET', bucketPath(bucket, '/objects'), { query });
    objects.push(...page.objects);
    folders.push(...page.commonPrefixes);
    after = page.next;
  } while (after !== undefined && objects.length + folders.length < most);
  if (json) return printJson({ objects, commonPrefixes: folders, ...(after !== undefined && { next: after }) });
  if (objects.length + folders.length === 0) {
    return note(
      prefix === '' ? `no objects yet: ${ownCommand()} bucket put ${bucket} <file>` : `no objects below ${prefix}`,
    );
  }
  printTable(
    [
      { title: 'KEY', shrinkTo: 24 },
      { title: 'SIZE', align: 'right' },
      { title: 'MODIFIED', align: 'right', dropOrder: 1 },
      { title: 'TYPE', dropOrder: 2 },
    ],
    [
      ...folders.map((folder) => [folder, '', '', '']),
      ...objects.map(({ key, bytes, lastModified, contentType = '' }) => [
        key,
        formatBytes(bytes),
        formatAge(Date.parse(lastModified), now),
        contentType,
      ]),
    ],
  );
  if (after !== undefined) note(`there are more; show them with --limit`);
}

async function remove(bucket: string, keys: string[], _options: unknown, self: Command): Promise<void> {
  const client = await clientOf(self);
  const { json, prefix } = optionsOf<{ prefix?: string }>(self);
  let objects = 0;
  for (const key of keys) {
    await client.send('DELETE', objectPath(bucket, key)).then((response) => response.resume());
    objects++;
  }
  if (prefix !== undefined) {
    // What was removed is not listed again.
    let after: string | undefined;
    do {
      const query = { prefix, limit: PAGE, after };
      const page = await client.json<ObjectPage>('GET', bucketPath(bucket, '/objects'), { query });
      for (const { key } of page.objects) {
        await client.send('DELETE', objectPath(bucket, key)).then((response) => response.resume());
        objects++;
      }
      after = page.next;
    } while (after !== undefined);
  }
  const isBucket = keys.length === 0 && prefix === undefined;
  if (isBucket) await client.json('DELETE', bucketPath(bucket));
  if (json) return printJson(isBucket ? { removed: bucket } : { bucket, objects });
  print(`${paint('green', '✔')} ${isBucket ? bucket : `${count(objects, 'object')} of ${bucket}`} removed`);
}

async function show(bucket: string, key: string | undefined, _options: unknown, self: Command): Promise<void> {
  const client = await clientOf(self);
  const { json } = optionsOf(self);
  if (key !== undefined) {
    const { headers } = await client.send('HEAD', objectPath(bucket, key), { headers: { accept: '*/*' } });
    const shown = Object.entries(headers).filter(
      ([name]) => /^(?:content-|cache-|etag|last-|expires|fob-)/.test(name) && name !== 'content-security-policy',
    );
    if (json) return printJson({ key, ...Object.fromEntries(shown) });
    return printPairs([['key', key], ...shown.map(([name, value]) => [name, String(value)] as const)]);
  }
  const view = await client.json<BucketView>('GET', bucketPath(bucket));
  if (json) return printJson(view);
  const { settings } = view;
  printPairs([
    ['bucket', view.name],
    ['created', view.createdAt],
    ['objects', `${view.objects.toLocaleString('en-US')}, ${formatBytes(view.bytes)}`],
    ['versioning', settings.versioning],
    ...settings.lifecycle.map(
      (rule) =>
        [
          'lifecycle',
          `${rule.id}: ${rule.prefix || 'all'}${rule.expireDays ? `, ${count(rule.expireDays, 'day')}` : ''}${rule.enabled ? '' : ' (off)'}`,
        ] as const,
    ),
    ...Object.entries(settings.tags).map(([name, value]) => ['tag', `${name}=${value}`] as const),
  ]);
}

async function configure(bucket: string, _options: unknown, self: Command): Promise<void> {
  const { json, versioning, expire, tag } = optionsOf<{
    versioning?: string;
    expire?: string[] | boolean;
    tag?: string[];
  }>(self);
  const rules = expire === false ? [] : Array.isArray(expire) ? expire.map(ruleOf) : undefined;
  const change = {
    ...(versioning !== undefined && { versioning }),
    ...(rules !== undefined && { lifecycle: rules }),
    ...(tag !== undefined && { tags: Object.fromEntries(tag.map((each) => pairOf('--tag', each))) }),
  };
  if (Object.keys(change).length === 0) {
    throw new Failure(EXIT.usage, 'nothing to change: give --versioning, --expire or --tag');
  }
  const changed = await sendJson<BucketView>(await clientOf(self), 'PATCH', bucketPath(bucket), change);
  if (json) return printJson(changed);
  print(`${paint('green', '✔')} ${bucket} is changed`);
}

function ruleOf(text: string): object {
  const [prefix, days] = pairOf('--expire', text);
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new Failure(EXIT.usage, `--expire: "${days}" is no number of days`);
  return { id: `expire ${prefix}`, enabled: true, prefix, expireDays: Number(days) };
}

function pairOf(option: string, text: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at === -1) throw new Failure(EXIT.usage, `${option}: "${text}" has no "="`);
  return [text.slice(0, at), text.slice(at + 1)];
}
