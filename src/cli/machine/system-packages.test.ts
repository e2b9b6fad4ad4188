import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Progress } from '../output.ts';
import { ensurePackages, nodePackages, type SystemPackage } from './system-packages.ts';
import { TEST_PACKAGES } from './test-packages.ts';

class Lines extends Progress {
  readonly lines: string[] = [];
  override line(text: string): void {
    this.lines.push(text);
  }
}

const absent = (name: string, required: boolean): SystemPackage => ({
  name,
  purpose: 'is of use',
  required,
  present: () => false,
});

describe('system packages', () => {
  const ensure = async (packages: readonly SystemPackage[]): Promise<string[]> => {
    const progress = new Lines();
    await ensurePackages(packages, { logFile: join(tmpdir(), 'never-written.log'), progress, mayInstall: false });
    return progress.lines;
  };

  it('says nothing where all are there', async () => {
    assert.deepEqual(await ensure([{ ...absent('here', true), present: () => true }]), []);
  });

  it('goes on without what is of use only, and says how to get it', async () => {
    const [missing, without] = await ensure([absent('fob-test-nothing', false)]);
    assert.equal(missing, 'missing system package fob-test-nothing: it is of use');
    assert.match(without!, /^going on without: fob-test-nothing; install .*fob-test-nothing/);
  });

  it('does not go on without what is required', async () => {
    await assert.rejects(ensure([absent('fob-test-nothing', true)]), /a node needs fob-test-nothing/);
  });

  it('of tests are other ones than those of a node, and none is required', () => {
    const ofNode = new Set(nodePackages('bubblewrap').map(({ name }) => name));
    const names = TEST_PACKAGES.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      TEST_PACKAGES.filter(({ name, required }) => required || ofNode.has(name)),
      [],
    );
  });
});
