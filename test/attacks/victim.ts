import assert from 'node:assert/strict';
import type { TestNode } from '../support/node.ts';
import type { Language } from './attack.ts';

export const VICTIM_VARIABLE = 'FOB_ATTACK_VICTIM_SECRET';

/** Keeps a secret in its code, environment, memory and files, and says what it finds of them. */
const SOURCES: Readonly<Record<Language, (marker: string) => string>> = {
  python: (marker) => `
import os
secret = '${marker}'
served = 0

def callme():
    global served
    served += 1
    for path in ('/tmp/victim', '/dev/shm/victim'):
        if served == 1:
            with open(path, 'w') as file:
                file.write(secret)
    return {
        'served': served,
        'kept': [secret, os.environ['${VICTIM_VARIABLE}'], open('/tmp/victim').read(), open('/dev/shm/victim').read()],
        'names': sorted(os.listdir('/tmp') + os.listdir('/dev/shm')),
    }
`,
  node: (marker) => `
const fs = require('node:fs');
const secret = '${marker}';
let served = 0;

function callme() {
  served += 1;
  for (const path of ['/tmp/victim', '/dev/shm/victim']) if (served === 1) fs.writeFileSync(path, secret);
  return {
    served,
    kept: [secret, process.env.${VICTIM_VARIABLE}, fs.readFileSync('/tmp/victim', 'utf8'), fs.readFileSync('/dev/shm/victim', 'utf8')],
    names: [...fs.readdirSync('/tmp'), ...fs.readdirSync('/dev/shm')].sort(),
  };
}
`,
};

/** A healthy function that stays warm beside the attacks. */
export interface Victim {
  readonly id: string;
  /** Calls it: it must be served by its old sandbox, undisturbed. */
  check(): Promise<void>;
}

export async function createVictim(node: TestNode, language: Language, marker: string): Promise<Victim> {
  const id = await node.register(SOURCES[language](marker), language).then(async (made) => {
    // One at a time, so that the node never starts a second sandbox for it.
    await node.configure(made, { environment: { [VICTIM_VARIABLE]: marker }, maxConcurrency: 1 });
    return made;
  });
  let served = 0;
  const check = async () => {
    served += 1;
    const expected = { served, kept: [marker, marker, marker, marker], names: ['victim', 'victim'] };
    assert.deepEqual(await node.result(id), expected);
  };
  await check();
  return { id, check };
}
