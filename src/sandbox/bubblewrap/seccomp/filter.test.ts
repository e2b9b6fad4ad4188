import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Action, assemble, type Instruction, Opcode } from './assembler.ts';
import { type FilterArchitecture, filterBytes, filterProgram } from './filter.ts';
import { EXAMINED, LAST_KNOWN, REFUSED } from './syscalls.ts';

const AUDIT = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const REFUSE = Action.errno(1);
const UNKNOWN = Action.errno(38);
const NO_FAMILY = Action.errno(97);

/** What the kernel would do with this call. */
function run(program: readonly Instruction[], architecture: number, number: number, ...args: number[]): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(architecture >>> 0, 4);
  args.forEach((value, index) => void data.writeUInt32LE(value >>> 0, 16 + 8 * index));
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const { code, jumpTrue, jumpFalse, value } = program[at]!;
    const jump = (holds: boolean) => {
      at += holds ? jumpTrue : jumpFalse;
    };
    if (code === Opcode.return) return value;
    if (code === Opcode.load) accumulator = data.readUInt32LE(value);
    else if (code === Opcode.and) accumulator = (accumulator & value) >>> 0;
    else if (code === Opcode.jumpEqual) jump(accumulator === value);
    else if (code === Opcode.jumpAtLeast) jump(accumulator >= value);
    else if (code === Opcode.jumpAnyBit) jump((accumulator & value) !== 0);
    else assert.fail(`unexpected instruction ${code}`);
  }
}

for (const architecture of ['x64', 'arm64'] as const satisfies FilterArchitecture[]) {
  const program = filterProgram(architecture);
  const call = (number: number, ...args: number[]) => run(program, AUDIT[architecture], number, ...args);
  const numberOf = (name: keyof typeof EXAMINED) =>
    (EXAMINED[name] as { x64?: number; arm64?: number })[architecture] ?? assert.fail(name);

  test(`${architecture}: every number gets what the tables say`, () => {
    const refused = new Set(Object.values(REFUSED).map((numbers) => numbers[architecture]));
    const examined = new Set(
      Object.values(EXAMINED).map((numbers: { x64?: number; arm64?: number }) => numbers[architecture]),
    );
    for (let number = 0; number <= LAST_KNOWN; number += 1) {
      if (!examined.has(number)) assert.equal(call(number), refused.has(number) ? REFUSE : Action.allow, `${number}`);
    }
  });

  test(`${architecture}: unknown calls, x32 calls and foreign architectures`, () => {
    for (const number of [LAST_KNOWN + 1, 1_000, 0x4000_0000, 0x4000_0001, 0xffff_ffff])
      assert.equal(call(number), UNKNOWN);
    assert.equal(run(program, 0x4000_0003, 0), Action.killProcess);
    assert.equal(run(program, AUDIT[architecture === 'x64' ? 'arm64' : 'x64'], 0), Action.killProcess);
  });

  test(`${architecture}: arguments decide`, () => {
    assert.equal(call(numberOf('clone'), 0x003d_0f00), Action.allow);
    assert.equal(call(numberOf('clone'), 0x11), Action.allow);
    for (const flag of [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000]) {
      assert.equal(call(numberOf('clone'), flag | 0x11), REFUSE);
    }
    assert.equal(call(numberOf('clone3')), UNKNOWN);
    for (const family of [1, 2, 10]) assert.equal(call(numberOf('socket'), family, 1, 0), Action.allow);
    for (const family of [0, 4, 17, 38, 40]) assert.equal(call(numberOf('socket'), family, 3, 0), NO_FAMILY);
    assert.equal(call(numberOf('socket'), 16, 3, 0), Action.allow);
    assert.equal(call(numberOf('socket'), 16, 3, 9), NO_FAMILY);
    assert.equal(call(numberOf('socketpair'), 1), Action.allow);
    assert.equal(call(numberOf('socketpair'), 30), NO_FAMILY);
    assert.equal(call(numberOf('ioctl'), 0, 0x5412), REFUSE);
    assert.equal(call(numberOf('ioctl'), 0, 0x541c), REFUSE);
    assert.equal(call(numberOf('ioctl'), 0, 0x5413), Action.allow);
    assert.equal(call(numberOf('mknodat'), 0, 0, 0o020666), REFUSE);
    assert.equal(call(numberOf('mknodat'), 0, 0, 0o060666), REFUSE);
    assert.equal(call(numberOf('mknodat'), 0, 0, 0o010666), Action.allow);
  });

  test(`${architecture}: the bytes are the program, eight an instruction`, () => {
    assert.deepEqual(filterBytes(architecture), assemble(program));
    assert.equal(assemble(program).length, program.length * 8);
    assert.deepEqual([...assemble(program).subarray(0, 8)], [0x20, 0, 0, 0, 4, 0, 0, 0]);
    assert.ok(program.length < 4_096, 'the kernel takes 4,096 instructions at most');
  });
}
