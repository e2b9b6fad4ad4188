import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Check } from '../../model/machine.ts';
import { newOwnerName } from '../owner.ts';
import { createCgroups } from './cgroup/detect.ts';
import { whyNoRules } from './rule-setter.ts';
import { isFilterArchitecture } from './seccomp/filter.ts';
import { chooseUids } from './uids.ts';

const run = promisify(execFile);

/** Switches by which distributions forbid user namespaces, and the value with which they allow them. */
const SWITCHES = [
  { file: '/proc/sys/kernel/unprivileged_userns_clone', name: 'kernel.unprivileged_userns_clone', allowed: '1' },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    name: 'kernel.apparmor_restrict_unprivileged_userns',
    allowed: '0',
  },
];

/** What of the isolation works on this machine. */
export async function checkMachine(): Promise<Check[]> {
  const bubblewrap = await checkBubblewrap();
  const rest = bubblewrap.state === 'missing' ? [] : [await checkNamespaces()];
  return [
    bubblewrap,
    ...rest,
    checkFilter(),
    checkUser(),
    await checkLimits(),
    await checkNetwork(),
    await checkNetworkRules(),
  ];
}

async function checkBubblewrap(): Promise<Check> {
  const name = 'bubblewrap';
  try {
    const { stdout } = await run('bwrap', ['--version']);
    return { name, state: 'ok', summary: stdout.trim() };
  } catch {
    return { name, state: 'missing', summary: 'no sandbox can start', remedy: 'apt-get install bubblewrap' };
  }
}

/** Really makes the namespaces of a sandbox, as its user would. */
async function checkNamespaces(): Promise<Check> {
  const name = 'namespaces';
  const isRoot = process.getuid!() === 0;
  const uid = isRoot ? chooseUids(readFileSync('/proc/self/uid_map', 'utf8'), 0).first : undefined;
  const namespaces = ['user', 'pid', 'net', 'ipc', 'uts', 'cgroup'].map((namespace) => `--unshare-${namespace}`);
  const root = ['--ro-bind', '/usr', '/usr', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'];
  try {
    await run('bwrap', [...namespaces, '--uid', '1000', ...root, '--proc', '/proc', '/usr/bin/true'], {
      cwd: '/',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    return { name, state: 'ok', summary: 'user, process, mount, network, IPC, host name and cgroup' };
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    const remedy =
      blockedSwitch() ??
      'in a container, allow user namespaces (for Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined)';
    return { name, state: 'missing', summary: `no sandbox can start: ${said}`, remedy };
  }
}

function checkFilter(): Check {
  const name = 'system call filter';
  if (isFilterArchitecture(process.arch)) return { name, state: 'ok', summary: `for ${process.arch}` };
  return { name, state: 'weaker', summary: `there is none for ${process.arch}: functions may make any system call` };
}

function checkUser(): Check {
  const name = 'sandbox user';
  if (process.getuid!() === 0)
    return { name, state: 'ok', summary: 'each sandbox has a user id of its own on the host' };
  return {
    name,
    state: 'weaker',
    summary: 'sandboxes run as your user, behind namespaces',
    remedy: 'run the node as root',
  };
}

async function checkLimits(): Promise<Check> {
  const name = 'resource limits';
  const cgroups = await createCgroups(newOwnerName());
  await cgroups.close();
  const { controls, flavour } = cgroups;
  const lacks: string[] = [];
  if (!controls.has('memory')) lacks.push('memory is limited per process, and generously');
  if (!controls.has('pids')) lacks.push('processes are limited per user id');
  if (!controls.has('cpu')) lacks.push('processor time is not limited');
  if (!controls.has('freeze')) lacks.push('idle sandboxes are stopped by signals, or not at all');
  if (lacks.length === 0) return { name, state: 'ok', summary: `cgroup ${flavour}` };
  const remedy = 'run the node as root, or as a systemd service with Delegate=yes';
  return { name, state: 'weaker', summary: `cgroup ${flavour}: ${lacks.join('; ')}`, remedy };
}

async function checkNetwork(): Promise<Check> {
  const name = 'function network';
  try {
    await run('slirp4netns', ['--version']);
  } catch {
    const summary = 'functions that ask for the internet, and builds, cannot start';
    return { name, state: 'missing', summary, remedy: 'apt-get install slirp4netns' };
  }
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    const remedy = 'modprobe tun && chmod 666 /dev/net/tun';
    return { name, state: 'missing', summary: '/dev/net/tun is not there, or not for this user', remedy };
  }
  return { name, state: 'ok', summary: "by slirp4netns, without the host's loopback" };
}

/** Whether what functions reach over their network can be limited to less than what this machine reaches. */
async function checkNetworkRules(): Promise<Check> {
  const name = 'network rules';
  const why = await whyNoRules();
  if (why === undefined) return { name, state: 'ok', summary: 'by routing rules in the network of each sandbox' };
  const summary = `functions with \`internet\` or named \`hosts\` are refused: ${why}`;
  const remedy =
    process.getuid!() === 0
      ? 'apt-get install iproute2 util-linux'
      : `${blockedSwitch() ?? 'apt-get install iproute2 util-linux, and allow user namespaces'}, or run the node as root`;
  return { name, state: 'missing', summary, remedy };
}

/** The switch by which this machine forbids user namespaces, as the command that allows them. */
function blockedSwitch(): string | undefined {
  const blocked = SWITCHES.find(
    ({ file, allowed }) => existsSync(file) && readFileSync(file, 'utf8').trim() !== allowed,
  );
  return blocked && `sysctl -w ${blocked.name}=${blocked.allowed}`;
}
