import { openEmbeddedStore } from '../store.ts';

// Appends until it is killed, and says how many entries are on disk.
const store = await openEmbeddedStore({ folder: process.argv[2]! });
let entries = (await store.audit.verify()).entries;
for (;;) {
  for (let n = 0; n < 50; n++, entries++) {
    store.audit.append({ timeMs: Date.now(), actor: 'ada', action: 'x:y', subject: `s${entries}`, details: {} });
  }
  await store.audit.flush();
  process.stdout.write(`${entries}\n`);
}
