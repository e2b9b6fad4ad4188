import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { openAccess } from './identity.ts';
import type { Settings } from './model/settings.ts';
import { FakeClock } from './model/testing/fake-clock.ts';
import { openEmbeddedStore } from './store/embedded/store.ts';
import { temporaryFolder } from './store/testing/folder-adapter.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test('audit entries go with the time that passes, not with a clock that jumps ahead', async (t) => {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  const clock = new FakeClock();
  const store = await openEmbeddedStore({ folder, clock });
  t.after(() => store.close());
  const open = () =>
    openAccess({
      store,
      settings: { auditMaxAgeDays: 2, data: folder } as Settings,
      clock,
      log: pino({ level: 'silent' }),
      functionOf: () => undefined,
      ownerOfRole: () => undefined,
    });
  const kept = async (): Promise<string[]> =>
    (await store.audit.query({ limit: 10 })).items.map(({ subject }) => subject);

  let access = await open();
  access.audit.record({ actor: 'ada', action: 'function:deploy', subject: 'function:pay' });
  await store.audit.flush();
  clock.jump(500 * DAY_MS);
  clock.advance(HOUR_MS);
  await access.close();
  assert.deepEqual(await kept(), ['function:pay']);

  clock.jump(-500 * DAY_MS);
  clock.advance(3 * DAY_MS);
  access = await open();
  clock.advance(HOUR_MS);
  await access.close();
  assert.deepEqual(await kept(), []);
});
