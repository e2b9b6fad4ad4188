/**
 * A tiny assembler for classic BPF, enough for a seccomp filter: the kernel hands it `struct seccomp_data` (system call
 * number at 0, architecture at 4, six 64-bit arguments from 16 on) and does what the program returns.
 */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

/** Offsets in `struct seccomp_data`; of an argument, its low 32 bits on a little-endian machine. */
export const Offset = { number: 0, architecture: 4, argument: (index: number) => 16 + 8 * index } as const;

export const Opcode = { load: 0x20, and: 0x54, jumpEqual: 0x15, jumpAtLeast: 0x35, jumpAnyBit: 0x45, return: 0x06 };

export const Action = {
  allow: 0x7fff_0000,
  killProcess: 0x8000_0000,
  /** The call fails with this error number. */
  errno: (number: number) => 0x0005_0000 | number,
} as const;

export function load(offset: number): Instruction {
  return { code: Opcode.load, jumpTrue: 0, jumpFalse: 0, value: offset };
}

export function and(mask: number): Instruction {
  return { code: Opcode.and, jumpTrue: 0, jumpFalse: 0, value: mask };
}

export function answer(action: number): Instruction {
  return { code: Opcode.return, jumpTrue: 0, jumpFalse: 0, value: action };
}

/** Goes on with `then` where the loaded value compares so with `value`, else with `otherwise`; both end in answers. */
export function choose(
  code: 'jumpEqual' | 'jumpAtLeast' | 'jumpAnyBit',
  value: number,
  then: readonly Instruction[],
  otherwise: readonly Instruction[],
): Instruction[] {
  if (otherwise.length > 255) throw new RangeError(`a jump over ${otherwise.length} instructions does not fit a byte`);
  return [{ code: Opcode[code], jumpTrue: otherwise.length, jumpFalse: 0, value }, ...otherwise, ...then];
}

/** What to do from `from` on, until the next range. */
export interface Range {
  readonly from: number;
  readonly then: readonly Instruction[];
}

/** A binary search for the loaded value among `ranges`, which are sorted and begin at 0: about seven steps for a hundred of them. */
export function search(ranges: readonly Range[]): Instruction[] {
  const middle = ranges.length >> 1;
  if (middle === 0) return [...ranges[0]!.then];
  return choose('jumpAtLeast', ranges[middle]!.from, search(ranges.slice(middle)), search(ranges.slice(0, middle)));
}

/** The bytes of `struct sock_filter[]`, as bubblewrap's `--seccomp` reads them. */
export function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach((instruction, index) => {
    bytes.writeUInt16LE(instruction.code, index * 8);
    bytes.writeUInt8(instruction.jumpTrue, index * 8 + 2);
    bytes.writeUInt8(instruction.jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(instruction.value >>> 0, index * 8 + 4);
  });
  return bytes;
}
