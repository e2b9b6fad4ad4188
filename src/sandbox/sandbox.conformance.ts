import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { Problem } from '../model/problem.ts';
import type { Sandbox, Sandboxes, SandboxSpec } from './sandbox.ts';

/** What an adapter is to be held to. */
interface SandboxConformance {
  readonly name: string;
  create(runFolder: string): Promise<Sandboxes>;
  readonly can: {
    /** The programs inside cannot change what lies in `/code`. */
    readonly protectCode: boolean;
    /** `/code` and `/build` are where the port says; else `codeFolder` tells. */
    readonly showAtFixedPaths: boolean;
    readonly limitMemory: boolean;
  };
}

const LIMITS = { memoryMb: 128, maxProcesses: 64, maxOpenFiles: 256, tmpMb: 16 };

/** The contract of the port `Sandboxes`, for any adapter. */
export function sandboxConformance({ name, create, can }: SandboxConformance): void {
  describe(`sandboxes by ${name}`, () => {
    let folder: string;
    let sandboxes: Sandboxes;
    let count = 0;

    const specFor = (source: string, more: Partial<SandboxSpec> = {}): SandboxSpec => ({
      id: `conformance-${++count}`,
      command: ['/fob/node', '-e', source],
      environment: {},
      mounts: [{ hostPath: process.execPath, path: '/fob/node' }],
      limits: LIMITS,
      network: 'none',
      ...more,
    });
    const start = (source: string, more?: Partial<SandboxSpec>) => sandboxes.start(specFor(source, more));
    const codeOf = (files: Record<string, string>): string => {
      const code = mkdtempSync(join(folder, 'code-'));
      chmodSync(code, 0o755);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(join(code, path, '..'), { recursive: true });
        writeFileSync(join(code, path), content);
      }
      return code;
    };

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fob-sandboxes-'));
      chmodSync(folder, 0o755);
      sandboxes = await create(join(folder, 'run'));
    });
    after(async () => {
      await sandboxes.close();
      rmSync(folder, { recursive: true });
    });

    test('a port of its loopback can be connected to from outside, and one that nobody listens on cannot', async () => {
      const source = `
        const server = require('node:net').createServer((socket) => socket.on('data', (data) => socket.write('got ' + data)));
        server.listen(0, '127.0.0.1', () => new (require('node:net').Socket)({ fd: 3 }).write(String(server.address().port)));`;
      const sandbox = await start(source);
      const [port] = await once(sandbox.channel, 'data');
      const [one, two] = await Promise.all([sandbox.connect(Number(port)), sandbox.connect(Number(port))]);
      for (const [connection, word] of [
        [one, 'one'],
        [two, 'two'],
      ] as const) {
        connection.write(word);
        const [answer] = await once(connection, 'data');
        assert.equal(String(answer), `got ${word}`);
      }
      await assert.rejects(
        sandbox.connect(1),
        (error) => error instanceof Problem && error.code === 'sandbox_failed' && /port 1 in/.test(error.message),
      );
      const closed = [one, two].map((connection) => once(connection, 'close'));
      for (const connection of [one, two]) connection.on('error', () => {}).resume();
      await sandbox.kill();
      await Promise.all(closed);
    });

    test('a program talks over descriptor 3, and gets its arguments and environment and nothing else', async () => {
      const source = `
        const socket = new (require('node:net').Socket)({ fd: 3 });
        socket.write(JSON.stringify({ environment: process.env, words: process.argv.slice(1) }));
        socket.on('data', (data) => { socket.write(data); });`;
      const sandbox = await start(source, {
        command: ['/fob/node', '-e', source, "it's", 'a "word"', '$HOME\nnext'],
        environment: { GREETING: 'two\nlines', QUOTE: `'"$` },
      });
      const [first] = await once(sandbox.channel, 'data');
      const seen = JSON.parse(String(first));
      assert.deepEqual(seen.words, ["it's", 'a "word"', '$HOME\nnext']);
      assert.equal(seen.environment.GREETING, 'two\nlines');
      assert.equal(seen.environment.QUOTE, `'"$`);
      const harmless = ['GREETING', 'QUOTE', 'PWD', 'TMPDIR', 'OLDPWD', 'SHLVL', '_'];
      assert.deepEqual(
        Object.keys(seen.environment).filter((key) => !harmless.includes(key)),
        [],
      );
      sandbox.channel.write('once more');
      const [second] = await once(sandbox.channel, 'data');
      assert.equal(String(second), 'once more');
      await finish(sandbox);
    });

    test('what it writes to its descriptors 1 and 2 arrives whole', async () => {
      const sandbox = await start(`
        process.stdout.write('x'.repeat(300000) + 'end');
        process.stderr.write('complaint');`);
      const [out, err] = await Promise.all([text(sandbox.stdout), text(sandbox.stderr)]);
      assert.equal(out.length, 300_003);
      assert.ok(out.endsWith('end'));
      assert.equal(err, 'complaint');
      await finish(sandbox);
    });

    for (const code of [0, 1, 7, 127]) {
      test(`exit code ${code}`, async () => {
        const sandbox = await start(`process.exit(${code})`);
        drain(sandbox);
        assert.deepEqual(await sandbox.exited, { reason: 'exited', code });
        assert.deepEqual(await sandbox.kill(), { reason: 'exited', code });
      });
    }

    test('an end of its own is told, even if it is killed the moment its socket closes', async () => {
      const sandbox = await start('process.exit(9)');
      drain(sandbox);
      await once(sandbox.channel, 'close');
      assert.deepEqual(await sandbox.kill(), { reason: 'exited', code: 9 });
    });

    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGABRT']) {
      test(`ended by its own ${signal}`, async () => {
        const sandbox = await start(`process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`);
        drain(sandbox);
        assert.deepEqual(await sandbox.exited, { reason: 'signalled', signal });
      });
    }

    test('kill ends it, twice and at once', async () => {
      const sandbox = await start('for (;;);');
      drain(sandbox);
      const exits = await Promise.all([sandbox.kill(), sandbox.kill(), sandbox.exited]);
      for (const exit of exits) assert.deepEqual(exit, { reason: 'killed_by_platform' });
      assert.deepEqual(await sandbox.kill(), { reason: 'killed_by_platform' });
    });

    test('a frozen sandbox does nothing until it is thawed', async () => {
      const sandbox = await start(`
        const socket = new (require('node:net').Socket)({ fd: 3 });
        socket.on('data', (data) => socket.write(data));
        socket.write('ready');`);
      await once(sandbox.channel, 'data');
      assert.ok(sandbox.canFreeze);
      await sandbox.freeze();
      await sandbox.freeze();
      let answered = false;
      const answer = once(sandbox.channel, 'data').then(() => {
        answered = true;
      });
      sandbox.channel.write('hello');
      // Time enough for an answer: what another sandbox needs for all its life.
      const other = await start('process.exit(0)');
      drain(other);
      await other.exited;
      assert.equal(answered, false);
      await sandbox.thaw();
      await sandbox.thaw();
      await answer;
      await finish(sandbox);
    });

    test('a frozen sandbox can be killed', async () => {
      const sandbox = await start('setInterval(() => {}, 1000)');
      drain(sandbox);
      await sandbox.freeze();
      assert.deepEqual(await sandbox.kill(), { reason: 'killed_by_platform' });
    });

    const answerFrom = (path: string) => `
      const socket = new (require('node:net').Socket)({ fd: 3 });
      socket.on('data', (data) => socket.write(require('node:fs').readFileSync(data + '${path}')));
      socket.write('ready');`;
    const read = async (sandbox: Sandbox): Promise<string> => {
      await once(sandbox.channel, 'data');
      sandbox.channel.write(sandbox.codeFolder ?? '/code');
      return String((await once(sandbox.channel, 'data'))[0]);
    };

    test('code that is given at the start is there', async () => {
      const sandbox = await start(answerFrom('/deep/er/file.txt'), {
        codeFolder: codeOf({ 'deep/er/file.txt': 'given' }),
      });
      assert.equal(await read(sandbox), 'given');
      await finish(sandbox);
    });

    test('code that is placed later is there, in its whole depth', async () => {
      const code = codeOf({ 'a.txt': 'a', 'deep/er/file.txt': 'placed' });
      symlinkSync('deep/er/file.txt', join(code, 'link.txt'));
      chmodSync(join(code, 'deep/er/file.txt'), 0o600);
      const sandbox = await start(answerFrom('/link.txt'));
      await sandbox.placeCode(code);
      assert.equal(await read(sandbox), 'placed');
      await finish(sandbox);
    });

    test('a socket that is placed can be connected to from inside, and goes with the sandbox', async () => {
      const socketPath = join(folder, 'run', 'socket-to-place');
      const server = createServer((client) => client.end('reached'));
      await once(server.listen(socketPath), 'listening');
      try {
        const sandbox = await start(`
          const net = require('node:net');
          const socket = new net.Socket({ fd: 3 });
          socket.on('data', (path) => net.connect(String(path)).pipe(socket));`);
        drain(sandbox);
        sandbox.channel.write(await sandbox.placeSocket(socketPath));
        const [answer] = await once(sandbox.channel, 'data');
        assert.equal(String(answer), 'reached');
        assert.equal(existsSync(socketPath), false);
        await assert.rejects(sandbox.placeSocket(socketPath), Problem);
        await finish(sandbox);
        const left = readdirSync(join(folder, 'run'), { recursive: true }).map(String);
        assert.deepEqual(
          left.filter((path) => path.includes(sandbox.id)),
          [],
        );
      } finally {
        server.close();
      }
    });

    test('placing what is not there fails, and the sandbox goes on', async () => {
      const sandbox = await start('setInterval(() => {}, 1000)');
      drain(sandbox);
      await assert.rejects(sandbox.placeCode(join(folder, 'nowhere')), isSandboxFailed);
      assert.deepEqual(await sandbox.kill(), { reason: 'killed_by_platform' });
    });

    if (can.protectCode) {
      test('code cannot be changed from inside', async () => {
        const code = codeOf({ 'a.txt': 'a' });
        const sandbox = await start(`
          const fs = require('node:fs'), tried = {};
          const attempt = (name, what) => { try { what(); tried[name] = 'done'; } catch (error) { tried[name] = error.code; } };
          const socket = new (require('node:net').Socket)({ fd: 3 });
          socket.on('data', () => {
            attempt('write', () => fs.writeFileSync('/code/a.txt', 'b'));
            attempt('chmod', () => fs.chmodSync('/code/a.txt', 0o777));
            attempt('create', () => fs.writeFileSync('/code/b.txt', 'b'));
            attempt('remove', () => fs.unlinkSync('/code/a.txt'));
            attempt('link', () => fs.linkSync('/code/a.txt', '/tmp/a.txt'));
            socket.write(JSON.stringify(tried));
          });
          socket.write('ready');`);
        await sandbox.placeCode(code);
        const tried = JSON.parse(await read(sandbox));
        assert.deepEqual(tried, { write: 'EROFS', chmod: 'EROFS', create: 'EROFS', remove: 'EROFS', link: 'EXDEV' });
        await finish(sandbox);
      });
    }

    test('a build folder is written, and its owner can change it afterwards', async () => {
      const build = codeOf({ 'package.json': '{}' });
      chmodSync(build, 0o700);
      const place = can.showAtFixedPaths ? '/build' : build;
      const sandbox = await start(
        `const fs = require('node:fs'); fs.mkdirSync('${place}/made/deep', { recursive: true });
         fs.writeFileSync('made/deep/file', process.cwd()); fs.chmodSync('made/deep', 0o700);`,
        { buildFolder: build },
      );
      drain(sandbox);
      assert.deepEqual(await sandbox.exited, { reason: 'exited', code: 0 });
      writeFileSync(join(build, 'made/deep/file'), 'changed');
      assert.deepEqual(readdirSync(join(build, 'made/deep')), ['file']);
    });

    test('usage is told while it runs and after its end', async () => {
      const sandbox = await start(`
        const used = () => { const { user, system } = process.cpuUsage(); return user + system; };
        while (used() < 1_200_000);
        require('node:fs').writeSync(3, 'x'); setInterval(() => {}, 1000)`);
      await once(sandbox.channel, 'data');
      const usage = await sandbox.usage();
      assert.ok(
        usage.memoryBytes > 1_000_000 && usage.peakMemoryBytes >= usage.memoryBytes * 0.9,
        JSON.stringify(usage),
      );
      assert.ok(usage.cpuMs >= 1_000, JSON.stringify(usage));
      await sandbox.kill();
      assert.ok((await sandbox.usage()).cpuMs >= 1_000);
    });

    if (can.limitMemory) {
      test('too much memory ends it as out of memory, at its limit then', async () => {
        const source = `
          const socket = new (require('node:net').Socket)({ fd: 3 });
          socket.on('data', (data) => { globalThis.kept = Buffer.alloc(Number(data) * 1048576, 1); socket.write('had'); });
          socket.write('ready');`;
        const sandbox = await start(source);
        await once(sandbox.channel, 'data');
        await sandbox.setMemory(256);
        sandbox.channel.write('150');
        await once(sandbox.channel, 'data');
        sandbox.channel.write('400');
        assert.deepEqual(await sandbox.exited, { reason: 'out_of_memory' });
        assert.ok((await sandbox.usage()).peakMemoryBytes <= 256 * 1_048_576);
      });
    }

    test('twenty start at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          start(`require('node:fs').writeSync(3, '${index}'); setInterval(() => {}, 1000)`),
        ),
      );
      const said = await Promise.all(all.map(async (sandbox) => String((await once(sandbox.channel, 'data'))[0])));
      assert.deepEqual(
        said,
        all.map((_, index) => String(index)),
      );
      await Promise.all(all.map(finish));
    });

    test('what cannot start is refused, and leaves nothing', async () => {
      const before = readdirSync(join(folder, 'run'), { recursive: true }).length;
      const mounts = [{ hostPath: join(folder, 'nowhere'), path: '/fob/node' }];
      await assert.rejects(start('', { mounts }), isSandboxFailed);
      assert.equal(readdirSync(join(folder, 'run'), { recursive: true }).length, before);
    });

    test('check speaks of this machine', async () => {
      const checks = await sandboxes.check();
      assert.ok(checks.length > 0);
      for (const check of checks) assert.ok(check.name && check.summary);
    });

    test('close ends what runs, and later starts are refused', async () => {
      const own = await create(join(folder, 'closing'));
      const sandbox = await own.start(specFor('setInterval(() => {}, 1000)'));
      drain(sandbox);
      const starting = own.start(specFor('setInterval(() => {}, 1000)')).then(
        async (late) => (await late.exited).reason,
        (error) => (isSandboxFailed(error) ? 'refused' : 'failed otherwise'),
      );
      await own.close();
      assert.deepEqual(await sandbox.exited, { reason: 'killed_by_platform' });
      assert.ok(['refused', 'killed_by_platform'].includes(await starting));
      await assert.rejects(own.start(specFor('')), isSandboxFailed);
      assert.deepEqual(readdirSync(join(folder, 'closing')), []);
    });
  });
}

function isSandboxFailed(error: unknown): boolean {
  return error instanceof Problem && error.code === 'sandbox_failed';
}

/** Reads and drops what a sandbox says, so that it does not wait for us. */
function drain(sandbox: Sandbox): void {
  for (const stream of [sandbox.channel, sandbox.stdout, sandbox.stderr]) stream.resume();
}

async function finish(sandbox: Sandbox): Promise<void> {
  await sandbox.kill();
  sandbox.channel.destroy();
}
