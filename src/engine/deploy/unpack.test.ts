import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { Problem, type ProblemCode } from '../../model/problem.ts';
import { readTarGz } from '../archive/tar.ts';
import { readZip } from '../archive/zip.ts';
import { replaceAll, tarEntry, tarGz, tarGzOf, zipOf, zipWithName } from './testing/archives.ts';
import { contentsOf, temporaryFolder } from './testing/temporary.ts';
import { unpack } from './unpack.ts';

const LIMITS = { maxBytes: 1_000_000, maxEntries: 100 };
const MAX_TAR_BYTES = 4_000_000;

/** Unpacks within a folder that has a neighbour; nothing may ever appear beside `code`. */
async function unpackInto(t: TestContext, form: 'zip' | 'tar.gz', archive: Buffer, limits = LIMITS): Promise<string> {
  const parent = await temporaryFolder(t);
  const folder = join(parent, 'code');
  await mkdir(folder);
  try {
    const entries = form === 'zip' ? readZip(archive) : readTarGz(Readable.from([archive]), MAX_TAR_BYTES);
    await unpack(entries, folder, limits);
  } finally {
    assert.deepEqual(await readdir(parent), ['code'], 'something was written outside the folder');
  }
  return folder;
}

function refuses(
  title: string,
  form: 'zip' | 'tar.gz',
  archive: () => Buffer | Promise<Buffer>,
  code: ProblemCode,
  message: RegExp,
  limits = LIMITS,
): void {
  test(`${form}: refuses ${title}`, async (t) => {
    await assert.rejects(unpackInto(t, form, await archive(), limits), (error: unknown) => {
      assert.ok(error instanceof Problem, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

const MODES = { link: 0o120777, fifo: 0o010644, characterDevice: 0o020644, blockDevice: 0o060644, socket: 0o140644 };

const BAD_NAMES: readonly [title: string, name: string, message: RegExp][] = [
  ['a path out of the folder', '../evil', /leads out of the code folder/],
  ['a path out in the middle', 'a/../../evil', /leads out of the code folder/],
  ['an absolute path', '/etc/evil', /is absolute/],
  ['a backslash', '..\\evil', /has a backslash/],
  ['a drive letter', 'C:/evil', /drive letter/],
  ['a control character', 'a\u0007b', /control character/],
  ['a line break', 'a\nb', /control character/],
  ['an over-long name', 'n'.repeat(300), /longer than 255 bytes/],
];

for (const [title, name, message] of BAD_NAMES) {
  refuses(title, 'zip', () => zipWithName(name), 'invalid_function', message);
}
for (const [title, name, message] of BAD_NAMES.filter(([, name]) => name.length < 100)) {
  refuses(title, 'tar.gz', () => tarGzOf({ [name]: 'content' }), 'invalid_function', message);
}

refuses('a NUL in a name', 'zip', () => zipWithName('a\0b'), 'invalid_function', /control character/);
refuses('a name that is not UTF-8', 'tar.gz', () => notUtf8(), 'invalid_function', /not valid UTF-8/);

for (const [kind, mode] of Object.entries(MODES).filter(([name]) => name !== 'link')) {
  refuses(
    `a ${kind}`,
    'zip',
    () => zipOf({ bad: '' }, mode),
    'invalid_function',
    /only files, folders and symbolic links/,
  );
}
for (const type of ['Link', 'CharacterDevice', 'BlockDevice', 'FIFO'] as const) {
  const linkpath = type === 'Link' ? { linkpath: 'main.py' } : {};
  refuses(
    `a ${type}`,
    'tar.gz',
    () => tarGz(tarEntry({ path: 'main.py' }, 'x'), tarEntry({ path: 'bad', type, ...linkpath })),
    'invalid_function',
    /only files, folders and symbolic links/,
  );
}

for (const target of ['/etc/passwd', '../outside', 'a/../../outside']) {
  refuses(`a link to ${target}`, 'zip', () => zipOf({ bad: target }, MODES.link), 'invalid_function', /symbolic link/);
  refuses(`a link to ${target}`, 'tar.gz', () => tarGz(link('bad', target)), 'invalid_function', /symbolic link/);
}
refuses('a link to nothing', 'tar.gz', () => tarGz(link('bad', 'nowhere')), 'invalid_function', /leads to nothing/);
refuses('a link to itself', 'tar.gz', () => tarGz(link('bad', 'bad')), 'invalid_function', /leads to nothing/);
refuses(
  'links that lead out only together',
  'tar.gz',
  () => tarGz(tarEntry({ path: 'x/y/file' }), link('x/y/root', '../..'), link('out', 'x/y/root/..')),
  'invalid_function',
  /leads out of the code folder/,
);
refuses(
  'a file written through a link',
  'tar.gz',
  () => tarGz(link('there', '..'), tarEntry({ path: 'there/evil' }, 'x')),
  'invalid_function',
  /twice/,
);
refuses(
  'a link made in a folder that another link took the place of',
  'tar.gz',
  () =>
    tarGz(tarEntry({ path: 'x/y/file' }), link('x/y/root', '../..'), link('m', 'x/y/root/..'), link('m/evil', '../x')),
  'invalid_function',
  /twice/,
);

refuses(
  'a name given twice',
  'tar.gz',
  () => tarGz(tarEntry({ path: 'a' }), tarEntry({ path: './a' })),
  'invalid_function',
  /"a" twice/,
);
refuses(
  'a file that is also a folder',
  'tar.gz',
  () => tarGz(tarEntry({ path: 'a' }), tarEntry({ path: 'a/b' })),
  'invalid_function',
  /"a" twice/,
);
refuses(
  'a name given twice',
  'zip',
  async () => replaceAll(await zipOf({ aa: '1', bb: '2' }), Buffer.from('bb'), Buffer.from('aa')),
  'invalid_function',
  /twice/,
);

refuses(
  'a file whose name ends like a folder',
  'tar.gz',
  () => tarGz(tarEntry({ path: 'dir/', type: 'File' }, 'content')),
  'invalid_function',
  /cannot be read/,
);
refuses(
  'a file whose name ends like a folder, with content',
  'zip',
  () => zipWithName('dir/'),
  'invalid_function',
  /"dir\/" ends in a slash/,
);

refuses('a bomb', 'zip', () => zipOf({ bomb: Buffer.alloc(20_000_000) }), 'too_large', /unpacks to more than/);
refuses('a bomb', 'tar.gz', () => tarGzOf({ bomb: Buffer.alloc(3_000_000) }), 'too_large', /unpacks to more than/);
refuses(
  'a bomb in what is no file',
  'tar.gz',
  () => gzipSync(Buffer.alloc(50_000_000)),
  'too_large',
  /unpacks to more than/,
);
refuses(
  'a bomb in a bomb',
  'tar.gz',
  () => gzipSync(gzipSync(Buffer.alloc(50_000_000))),
  'invalid_function',
  /cannot be read/,
);
refuses('a file that is larger than it claims', 'zip', () => lyingZip(), 'invalid_function', /cannot be read/);
refuses('too many files', 'zip', () => zipOf(manyFiles(101)), 'too_large', /more than 100 files/);
refuses('too many files', 'tar.gz', () => tarGzOf(manyFiles(101)), 'too_large', /more than 100 files/);
refuses(
  'too many folders',
  'tar.gz',
  () =>
    tarGz(
      tarEntry({ path: `${'a/'.repeat(45)}b` }),
      tarEntry({ path: `${'c/'.repeat(45)}d` }),
      tarEntry({ path: `${'e/'.repeat(45)}d` }),
    ),
  'too_large',
  /more than 100 files/,
);

refuses('an encrypted entry', 'zip', () => encrypted(), 'invalid_function', /encrypted; pack it without a password/);
refuses('an unknown compression', 'zip', () => methodOf(93), 'invalid_function', /compression method 93/);
refuses(
  'a wrong checksum',
  'zip',
  async () => replaceAll(await storedZip(), Buffer.from('content'), Buffer.from('CONTENT')),
  'invalid_function',
  /checksum/,
);
refuses(
  'a truncated one',
  'zip',
  async () => (await zipOf({ 'main.py': 'x' })).subarray(0, -30),
  'invalid_function',
  /cannot be read/,
);
refuses(
  'a truncated one',
  'tar.gz',
  () => tarGzOf({ 'main.py': 'x'.repeat(5_000) }).subarray(0, -12),
  'invalid_function',
  /cannot be read/,
);
refuses(
  'one cut short before it was compressed',
  'tar.gz',
  () => gzipSync(tarEntry({ path: 'a' }, 'x'.repeat(5_000)).subarray(0, 2_000)),
  'invalid_function',
  /cannot be read/,
);
refuses(
  'a damaged header',
  'tar.gz',
  () => tarGz(tarEntry({ path: 'ok' }), Buffer.alloc(512, 'x')),
  'invalid_function',
  /cannot be read/,
);
refuses('what is none', 'zip', () => Buffer.from('def callme(): pass'), 'invalid_function', /cannot be read/);
refuses('what is none', 'tar.gz', () => Buffer.from('def callme(): pass'), 'invalid_function', /cannot be read/);
refuses(
  'a tar that is not compressed',
  'tar.gz',
  () => tarEntry({ path: 'a' }, 'x'),
  'invalid_function',
  /cannot be read/,
);

test('zip: unpacks files, folders, permissions and inner links', async (t) => {
  const folder = await unpackInto(
    t,
    'zip',
    await zipOf({ 'main.py': 'x', 'lib/a.py': 'y', '__MACOSX/._main.py': 'junk' }),
  );
  assert.deepEqual(await contentsOf(folder), { 'lib/a.py': 'y', 'main.py': 'x' });
  const links = await unpackInto(t, 'zip', await zipOf({ 'node_modules/.bin/tool': '.' }, MODES.link));
  assert.deepEqual(await contentsOf(links), { 'node_modules/.bin/tool': '-> .' });
});

test('tar.gz: unpacks files, folders and inner links, whatever the order', async (t) => {
  const folder = await unpackInto(
    t,
    'tar.gz',
    tarGz(
      link('node_modules/.bin/tool', '../tool/cli.js'),
      tarEntry({ path: './', type: 'Directory' }),
      tarEntry({ path: './empty/', type: 'Directory' }),
      tarEntry({ path: 'node_modules/tool/cli.js' }, 'run'),
      tarEntry({ path: 'nothing.txt' }),
    ),
  );
  assert.deepEqual(await contentsOf(folder), {
    empty: '/',
    'node_modules/.bin/tool': '-> ../tool/cli.js',
    'node_modules/tool/cli.js': 'run',
    'nothing.txt': '',
  });
});

test('stops at the limit while it unpacks, not after', async (t) => {
  const parent = await temporaryFolder(t);
  let given = 0;
  const endless = async function* () {
    for (;;) {
      given += 1;
      yield Buffer.alloc(1_000);
    }
  };
  const entry = { path: 'a', kind: 'file', kindName: 'file', executable: false, target: '', content: endless } as const;
  await assert.rejects(unpack(Readable.from([entry]), parent, LIMITS), { code: 'too_large' });
  assert.ok(given <= 1_002, `read ${given} pieces`);
  assert.ok(existsSync(parent));
});

function link(path: string, linkpath: string): Buffer {
  return tarEntry({ path, linkpath, type: 'SymbolicLink' });
}

function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`file-${index}`, '']));
}

function notUtf8(): Buffer {
  const entry = tarEntry({ path: 'aXb' });
  entry[1] = 0xff;
  // A header's checksum counts the bytes: make up for the change in a field that nobody reads.
  const sum = Number.parseInt(entry.toString('latin1', 148, 154), 8) + 0xff - 'X'.charCodeAt(0);
  entry.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return tarGz(entry);
}

async function storedZip(): Promise<Buffer> {
  const { ZipFile } = await import('yazl');
  const { buffer } = await import('node:stream/consumers');
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('content'), 'main.py', { compress: false });
  zip.end();
  return buffer(zip.outputStream);
}

/** Sets fields of the one entry in the ZIP's directory, found by its signature. */
async function patched(patch: (directory: Buffer) => void): Promise<Buffer> {
  const zip = await storedZip();
  patch(zip.subarray(zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))));
  return zip;
}

function encrypted(): Promise<Buffer> {
  return patched((directory) => {
    directory.writeUInt16LE(directory.readUInt16LE(8) | 1, 8);
    directory.writeUInt32LE(directory.readUInt32LE(24) + 12, 20);
  });
}

function methodOf(method: number): Promise<Buffer> {
  return patched((directory) => directory.writeUInt16LE(method, 10));
}

/** Claims 10 bytes for a file that inflates to 500,000. */
async function lyingZip(): Promise<Buffer> {
  const zip = await zipOf({ liar: Buffer.alloc(500_000) });
  assert.ok(deflateRawSync(Buffer.alloc(500_000)).length < 1_000);
  const directory = zip.subarray(zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])));
  directory.writeUInt32LE(10, 24);
  return zip;
}
