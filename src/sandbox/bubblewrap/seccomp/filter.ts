import {
  Action,
  and,
  answer,
  assemble,
  choose,
  type Instruction,
  load,
  Offset,
  type Range,
  search,
} from './assembler.ts';
import { EXAMINED, LAST_KNOWN, REFUSED } from './syscalls.ts';

export type FilterArchitecture = 'x64' | 'arm64';

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
const AUDIT_ARCHITECTURE: Record<FilterArchitecture, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const CLONE_NEW_ANYTHING = 0x7e02_0000;
const FILE_TYPE = 0xf000;
const DEVICE_TYPES = [0x2000, 0x6000];
/** Put characters into a terminal's input, or command the console. */
const TERMINAL_INJECTIONS = [0x5412, 0x541c];
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;

const allow = [answer(Action.allow)];
const refuse = [answer(Action.errno(EPERM))];
const unknown = [answer(Action.errno(ENOSYS))];
const noSuchFamily = [answer(Action.errno(EAFNOSUPPORT))];

/** Whether a filter can be made for this machine. */
export function isFilterArchitecture(architecture: string): architecture is FilterArchitecture {
  return architecture in AUDIT_ARCHITECTURE;
}

/**
 * The filter of every sandbox. A call of another architecture kills the process; what `syscalls.ts` refuses gets EPERM;
 * what is newer than this filter (and x32 calls, whose numbers are higher still) gets ENOSYS, as from an older kernel;
 * everything else is allowed. Ordered by number and searched, and the kernel remembers which calls are always allowed.
 */
export function filterProgram(architecture: FilterArchitecture): Instruction[] {
  const byNumber = new Map<number, readonly Instruction[]>();
  for (const numbers of Object.values(REFUSED)) {
    const number = numbers[architecture];
    if (number !== undefined) byNumber.set(number, refuse);
  }
  for (const [name, examine] of Object.entries(EXAMINATIONS)) {
    const numbers: { x64?: number; arm64?: number } = EXAMINED[name as keyof typeof EXAMINED];
    const number = numbers[architecture];
    if (number !== undefined) byNumber.set(number, examine);
  }
  return [
    load(Offset.architecture),
    ...choose(
      'jumpEqual',
      AUDIT_ARCHITECTURE[architecture],
      [load(Offset.number), ...search(rangesOf(byNumber))],
      [answer(Action.killProcess)],
    ),
  ];
}

/** The filter as bubblewrap reads it. */
export function filterBytes(architecture: FilterArchitecture): Buffer {
  return assemble(filterProgram(architecture));
}

/** Turns single numbers into ranges over all numbers; those between them are allowed, those past the last known are not. */
function rangesOf(byNumber: ReadonlyMap<number, readonly Instruction[]>): Range[] {
  const ranges: Range[] = [];
  const add = (from: number, then: readonly Instruction[]) => {
    if (ranges.at(-1)?.then !== then) ranges.push({ from, then });
  };
  for (let number = 0; number <= LAST_KNOWN; number += 1) add(number, byNumber.get(number) ?? allow);
  add(LAST_KNOWN + 1, unknown);
  return ranges;
}

function isOneOf(
  values: readonly number[],
  then: readonly Instruction[],
  otherwise: readonly Instruction[],
): Instruction[] {
  return values.reduceRight<Instruction[]>((rest, value) => choose('jumpEqual', value, then, rest), [...otherwise]);
}

function isDevice(modeArgument: number): Instruction[] {
  return [load(Offset.argument(modeArgument)), and(FILE_TYPE), ...isOneOf(DEVICE_TYPES, refuse, allow)];
}

const EXAMINATIONS: Record<keyof typeof EXAMINED, readonly Instruction[]> = {
  clone: [load(Offset.argument(0)), ...choose('jumpAnyBit', CLONE_NEW_ANYTHING, refuse, allow)],
  // Its flags are behind a pointer, which a filter cannot follow; C libraries fall back to `clone`.
  clone3: unknown,
  // Node's `os.networkInterfaces` needs a route socket; in a network namespace of its own it shows nothing of the host.
  socket: [
    load(Offset.argument(0)),
    ...isOneOf(
      [AF_UNIX, AF_INET, AF_INET6],
      allow,
      choose(
        'jumpEqual',
        AF_NETLINK,
        [load(Offset.argument(2)), ...choose('jumpEqual', NETLINK_ROUTE, allow, noSuchFamily)],
        noSuchFamily,
      ),
    ),
  ],
  socketpair: [load(Offset.argument(0)), ...choose('jumpEqual', AF_UNIX, allow, noSuchFamily)],
  ioctl: [load(Offset.argument(1)), ...isOneOf(TERMINAL_INJECTIONS, refuse, allow)],
  mknod: isDevice(1),
  mknodat: isDevice(2),
};
