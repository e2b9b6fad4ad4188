// A node that delivers events to a function that is this program itself, until it is killed at the step that it was told.
import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../../model/clock.ts';
import { defaultConfig, type StoredFunction } from '../../../model/function.ts';
import { formatId, newId } from '../../../model/id.ts';
import type { OutboxItem, Outcome } from '../../../model/invocation.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { Engine, Router } from '../../api.ts';
import { createIdempotency } from '../../idempotency.ts';
import { createEvents } from '../events.ts';

const [folder, dieAt, count] = [process.argv[2]!, process.argv[3]!, Number(process.argv[4])];
/** A later life than the one before: leases of that one have run out. */
const clock = { ...systemClock, now: () => Date.now() + Number(process.argv[5]) };
const config = { ...defaultConfig(), runtime: 'node', handler: 'main.handler', timeoutMs: 100 };
const code = { form: 'inline', sourceDigest: '', sourceBytes: 0, treeDigest: '', fileCount: 1, treeBytes: 0 } as const;
const document = { id: 'f', name: 'f', version: 1, createdAt: '', functionCreatedAt: '', config, code };
const stored: StoredFunction = { document, revision: 1 };

const at = (step: string): void => {
  if (step !== dieAt) return;
  process.kill(process.pid, 'SIGKILL');
};
/** At once, and not only when the event loop comes to it: what is told has happened. */
const tell = (line: string): void => void writeSync(1, `${line}\n`);

const store = await openEmbeddedStore({ folder, clock });
const engine: Pick<Engine, 'invoke' | 'find' | 'choose' | 'check'> = {
  find: () => stored,
  choose: () => ({ document, alias: undefined }),
  check: () => {},
  invoke(request) {
    const invocationId = formatId(newId(clock.now()));
    const run = async () => {
      at('claimed');
      const what = Buffer.from(request.payload).toString();
      tell(`ran ${what}`);
      at(what === 'call' ? 'call-ran' : 'ran');
      const item: OutboxItem = { destination: 'queue:out', body: Buffer.from(what), contentType: 'text/plain' };
      const outcome = { status: 'succeeded', payload: Buffer.from(what), contentType: 'text/plain', outbox: [item] };
      const times = { sandboxId: '', coldStart: false, queuedMs: 0, durationMs: 0 };
      return { outcome: outcome as Outcome, report: { invocationId, function: 'f', version: 1, ...times } };
    };
    return { invocationId, completed: run(), cancel: () => {} };
  },
};
const router: Router = {
  route: async (items) => ({
    parts: items.map(({ body }) => ({ kind: 'send', queue: 'out', message: { body } })),
    committed: () => at('committed'),
  }),
};
const commit: typeof store.commit = (parts) => {
  const done = store.commit(parts);
  at('committing');
  return done;
};
const ports = { queue: store.queue, keyValue: store.keyValue, journal: store.journal, commit };
const events = createEvents({ store: ports, engine, router, clock, log: pino({ level: 'silent' }) });
await events.start();
const content = { kind: 'payload', payload: Buffer.from('event'), payloadKind: 'json' } as const;
for (let n = 0; n < count; n++) {
  await events.accept([{ function: 'f', content }]);
  tell('accepted');
}
const calls = createIdempotency({ store: ports, engine, router, clock });
if (dieAt.startsWith('call')) {
  const request = { target: 'f', payload: Buffer.from('call'), payloadKind: 'json', door: 'test' } as const;
  const { replayed } = await calls.invoke(request, { key: 'k' });
  tell(`answered ${replayed}`);
}
while ((await store.queue.queues()).some((queue) => queue.startsWith('event/')))
  await new Promise((resolve) => setTimeout(resolve, 5));
await events.close(1_000);
tell(`sent ${(await store.queue.stats('out')).ready}`);
await store.close();
