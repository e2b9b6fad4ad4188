/** A process that changes the key of a store's vault again and again, while it writes, until it is killed. */
import { pino } from 'pino';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import { openKeyRotation } from '../rotation.ts';

const [folder = ''] = process.argv.slice(2);
const store = await openEmbeddedStore({ folder });
const clock = new FakeClock();
const options = { registry: store.registry, vault: store.vault, clock, log: pino({ level: 'silent' }) };
const rotation = await openKeyRotation(options);

const write = async (): Promise<void> => {
  for (let number = 0; ; number++) {
    const name = `secret/written-${number % 20}`;
    await store.registry.put(name, { nested: [{ sealed: store.vault.seal(name) }] });
    process.stdout.write(`written ${name}\n`);
  }
};
void write();
for (;;) {
  await rotation.rotate();
  process.stdout.write('rotated\n');
  // The minute after which the old key may go.
  clock.advance(60_000);
  await new Promise((resolve) => setImmediate(resolve));
}
