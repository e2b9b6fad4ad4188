import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { filterBytes, isFilterArchitecture } from './seccomp/filter.ts';

const run = promisify(execFile);

/** Where the helper process of root mounts its stage, in a mount namespace of its own: a folder that everyone may enter, and whose usual content it never needs. */
export const PRIVATE_STAGE = '/sys/kernel';

/** Folders with the certificates that programs trust, as distributions have them. None holds private keys. */
const CERTIFICATE_FOLDERS = [
  '/etc/ssl/certs',
  '/etc/pki/tls/certs',
  '/etc/pki/ca-trust/extracted',
  '/etc/ca-certificates/extracted',
];
/** Files of the host's `/etc` that programs need and that say nothing of the host. */
const HOST_FILES = ['ld.so.cache', 'localtime', 'mime.types', 'protocols', 'services'];
const TOP_FOLDERS = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin'];

/** What every sandbox's `/etc/hosts` begins with. */
export const HOSTS = '127.0.0.1 localhost fob\n::1 localhost fob\n';

const FILES: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/:/bin/sh\nfob:x:1000:1000:fob:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  group: 'root:x:0:\nfob:x:1000:\nnogroup:x:65534:\n',
  hosts: HOSTS,
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  'resolv.conf': '',
};

/** What sandboxes are made of, at paths that their users can reach. */
export interface Stage {
  /** bubblewrap's arguments for the read-only root: `/usr`, its companions, and a synthetic `/etc`. */
  readonly rootArguments: readonly string[];
  /** What is added where the sandbox has a network: a resolver, if it may ask one, and the certificates. */
  networkArguments(resolver: string | undefined): string[];
  /** The folder of one sandbox, as seen by this process, and as seen by the sandbox's user. */
  folderOf(id: string): { readonly here: string; readonly there: string };
  /** A path at which any user can reach `hostPath`; it stays for the life of this process. */
  reachable(hostPath: string): Promise<string>;
  /** As `reachable`, for one sandbox; `undo` takes it back. */
  reachableOnce(hostPath: string): Promise<{ readonly path: string; undo(): Promise<void> }>;
  /** The opened system call filter, to be handed to one bubblewrap and closed; absent on other architectures. */
  openFilter(): number | undefined;
}

/**
 * Builds the stage in `runFolder`, or, with `isPrivate`, in the tmpfs that `PRIVATE_STAGE` is in this process's mount
 * namespace: there a bind mount makes reachable what lies below folders that other users may not enter.
 */
export async function createStage(runFolder: string, isPrivate: boolean): Promise<Stage> {
  const stage = isPrivate ? PRIVATE_STAGE : join(runFolder, 'stage');
  const sandboxes = join(runFolder, 'sandboxes');
  mkdirSync(stage, { recursive: true });
  mkdirSync(sandboxes, { recursive: true });
  const filter = join(stage, 'filter.bpf');
  const hasFilter = isFilterArchitecture(process.arch);
  if (hasFilter) writeFileSync(filter, filterBytes(process.arch as 'x64' | 'arm64'));
  makeEtc(join(stage, 'etc'));
  let mounts = 0;
  const kept = new Map<string, Promise<string>>();

  const bind = async (source: string): Promise<string> => {
    mounts += 1;
    const target = join(stage, `mount-${mounts}`);
    if (statSync(source).isDirectory()) mkdirSync(target);
    else writeFileSync(target, '');
    await run('mount', ['--bind', source, target]);
    return target;
  };
  const needsMount = (path: string) => isPrivate && !canAllReach(path);
  const there = needsMount(sandboxes) ? await bind(sandboxes) : sandboxes;

  return {
    rootArguments: rootArguments(join(stage, 'etc')),
    networkArguments(resolver) {
      const file = join(stage, 'resolv.conf');
      if (resolver !== undefined && !existsSync(file)) writeFileSync(file, `nameserver ${resolver}\n`);
      return [
        ...(resolver === undefined ? [] : ['--ro-bind', file, '/etc/resolv.conf']),
        ...CERTIFICATE_FOLDERS.filter(existsSync).flatMap((folder) => ['--ro-bind', folder, folder]),
      ];
    },
    folderOf: (id) => ({ here: join(sandboxes, id), there: join(there, id) }),
    reachable(hostPath) {
      let path = kept.get(hostPath);
      if (path === undefined) {
        const source = realpathSync(hostPath);
        path = needsMount(source) ? bind(source) : Promise.resolve(source);
        kept.set(hostPath, path);
        path.catch(() => kept.delete(hostPath));
      }
      return path;
    },
    async reachableOnce(hostPath) {
      const source = realpathSync(hostPath);
      if (!needsMount(source)) return { path: source, undo: async () => undefined };
      const path = await bind(source);
      const undo = async () => {
        await run('umount', ['--lazy', path]);
        rmSync(path, { recursive: true });
      };
      return { path, undo };
    },
    openFilter: () => (hasFilter ? openSync(filter, 'r') : undefined),
  };
}

function makeEtc(etc: string): void {
  mkdirSync(etc, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(etc, name), text);
  for (const name of HOST_FILES) {
    if (existsSync(join('/etc', name))) copyFileSync(join('/etc', name), join(etc, name));
  }
  // Debian's links from /usr into here choose among alternatives of a program.
  if (existsSync('/etc/alternatives')) {
    cpSync('/etc/alternatives', join(etc, 'alternatives'), { recursive: true, verbatimSymlinks: true });
  }
  for (const folder of CERTIFICATE_FOLDERS.filter(existsSync))
    mkdirSync(join(dirname(etc), folder), { recursive: true });
}

function rootArguments(etc: string): string[] {
  const args = ['--ro-bind', '/usr', '/usr', '--ro-bind', etc, '/etc'];
  const present = new Set(readdirSync('/'));
  for (const name of TOP_FOLDERS.filter((folder) => present.has(folder))) {
    const path = join('/', name);
    if (lstatSync(path).isSymbolicLink()) args.push('--symlink', readlinkSync(path), path);
    else args.push('--ro-bind', path, path);
  }
  return args;
}

/** Whether every user may enter all folders above `path`, and read it. */
function canAllReach(path: string): boolean {
  const { mode } = statSync(path);
  if ((mode & 0o004) === 0 || (statSync(path).isDirectory() && (mode & 0o001) === 0)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
