/**
 * The helper process: starts, watches and clears all sandboxes of one gateway.
 *
 * It exists because a spawn blocks an event loop for about a millisecond, and because somebody must clear up after a
 * gateway that was killed: when its standard input ends, it ends everything and goes. It leads a session of its
 * own and ignores the signals that stop a gateway, so that the gateway alone decides when sandboxes end.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { ownerTag } from '../owner.ts';
import { Berths } from './berth.ts';
import { createCgroups } from './cgroup/detect.ts';
import { HostNames } from './host-names.ts';
import { closeInheritedFiles } from './inherited-files.ts';
import { LaunchedSandbox } from './launched-sandbox.ts';
import type { LauncherReport, LauncherSettings, NumberedRequest } from './messages.ts';
import { AROUND, whyNoRules } from './rule-setter.ts';
import { createStage } from './stage.ts';
import { chooseUids } from './uids.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

closeInheritedFiles();

const settings: LauncherSettings = JSON.parse(process.argv[2]!);
const cgroups = await createCgroups(settings.owner);
const stage = await createStage(settings.folder, settings.isPrivate);
const uids =
  process.getuid!() === 0 ? chooseUids(readFileSync('/proc/self/uid_map', 'utf8'), Math.random()) : undefined;
const parallelStarts = availableParallelism() * 2;
const noRules = await whyNoRules();
const around = uids === undefined && noRules === undefined ? AROUND : [];
const warn = (message: string): void => void report({ type: 'warning', message });
const names = new HostNames({ warn });
const berths = new Berths({ cgroups, stage, uids, around, tag: ownerTag(settings.owner), target: parallelStarts });
const sandboxes = new Map<string, LaunchedSandbox>();
/** Starts that wait for their turn, first come, first served. */
const turns: (() => void)[] = [];
let starting = 0;
let isClosing = false;

process.on('message', (message) => void answer(message as NumberedRequest));
// The gateway holds the other end of this pipe, and nobody else. (Node does not tell of the message channel's end while
// it waits for a socket to be received.)
process.stdin.on('close', () => void close().finally(() => process.exit(0))).resume();
report({ type: 'ready', canFreeze: cgroups.controls.has('freeze') || cgroups.flavour === 'none' });
berths.refill();

/** Sends to the gateway, if it is still there. */
function report(message: LauncherReport, socket?: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, socket, {}, () => resolve());
    else resolve();
  });
}

async function answer(message: NumberedRequest): Promise<void> {
  const { request } = message;
  try {
    const value = await handle(message);
    await report({ type: 'reply', request, ...(value === undefined ? {} : { value }) });
  } catch (error) {
    await report({ type: 'reply', request, failure: (error as Error).message });
  }
  if (message.type === 'close') process.exit(0);
}

function handle(message: NumberedRequest): unknown {
  if (message.type === 'start') return start(message.spec);
  if (message.type === 'close') return close();
  const sandbox = sandboxes.get(message.id);
  // It has ended, and the gateway is about to hear of it.
  if (sandbox === undefined || sandbox.isOver) return undefined;
  switch (message.type) {
    case 'place':
      return sandbox.place(message.codeFolder);
    case 'socket':
      return sandbox.placeSocket(message.socketPath);
    case 'connect':
      return sandbox.connect(message.port, `connection-${message.request}`);
    case 'memory':
      return sandbox.setMemory(message.memoryMb);
    case 'freeze':
      return sandbox.freeze();
    case 'thaw':
      return sandbox.thaw();
    case 'usage':
      return sandbox.usage();
    case 'kill':
      return sandbox.kill();
  }
}

async function start(spec: LaunchedSandbox['spec']): Promise<void> {
  if (sandboxes.has(spec.id)) throw new Error(`a sandbox "${spec.id}" exists already`);
  await turn();
  try {
    if (isClosing) throw new Error('the node is stopping');
    const berth = await berths.take();
    const sandbox = LaunchedSandbox.in(berth, {
      spec,
      cgroups,
      stage,
      noRules,
      names,
      warn,
      hand: (name, socket) => report({ type: 'socket', id: spec.id, name }, socket),
    });
    sandboxes.set(spec.id, sandbox);
    try {
      await sandbox.start();
    } catch (error) {
      sandbox.kill();
      await sandbox.ended;
      sandboxes.delete(spec.id);
      throw error;
    }
    sandbox.ended.then(({ exit, usage }) => {
      sandboxes.delete(spec.id);
      report({ type: 'ended', id: spec.id, exit, usage });
    });
  } finally {
    starting -= 1;
    turns.shift()?.();
    berths.refill();
  }
}

/** Waits until fewer than `parallelStarts` are under way. */
async function turn(): Promise<void> {
  while (starting >= parallelStarts) await new Promise<void>((resolve) => turns.push(resolve));
  starting += 1;
}

let closed: Promise<void> | undefined;

function close(): Promise<void> {
  closed ??= (async () => {
    isClosing = true;
    const all = [...sandboxes.values()];
    for (const sandbox of all) sandbox.kill();
    await Promise.allSettled(all.map((sandbox) => sandbox.ended));
    await berths.close();
    await cgroups.close();
    rmSync(settings.folder, { recursive: true, force: true });
  })();
  return closed;
}
