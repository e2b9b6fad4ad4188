// Moves an alias to and fro until it is killed, and says each move that is on disk.
import { writeSync } from 'node:fs';
import type { AliasDocument } from '../../../model/alias.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import { changeAlias } from '../../documents/alias-documents.ts';
import { FUNCTION_PREFIX } from '../../documents/function-documents.ts';
import { movedAlias } from '../release-steps.ts';

const store = await openEmbeddedStore({ folder: process.argv[2]! });
const owner = { id: 'id-f', name: 'f' };
await store.registry.put(FUNCTION_PREFIX + owner.name, owner);
const act = { at: new Date().toISOString(), by: 'mover' };
const whole = [{ version: 1, weight: 100 }];
const first: AliasDocument = {
  function: 'f',
  functionId: owner.id,
  name: 'prod',
  description: '',
  versions: whole,
  createdAt: act.at,
  before: [],
  moves: [{ versions: whole, ...act, how: 'set' }],
};

for (let move = 1; ; move++) {
  const share = (move % 99) + 1;
  const versions = [
    { version: 1, weight: 100 - share },
    { version: 2, weight: share },
  ];
  const by = `move ${move}`;
  const { revision } = await changeAlias(store.registry, owner, 'prod', (current) =>
    current === undefined ? first : movedAlias(current, versions, 'set', { ...act, by }),
  );
  // At once, and not only when the event loop comes to it: what is told is on disk.
  writeSync(1, `${revision} ${move === 1 ? 'mover' : by}\n`);
}
