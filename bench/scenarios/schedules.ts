import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../load/http.ts';
import { treeCpuMs } from '../machine/process-tree.ts';
import type { Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

const CONNECTIONS = 8;
const SETTLE_MS = 5_000;

/** A great many schedules, of which a few fire every second. */
export const schedules: Scenario = {
  name: 'schedules',
  title: 'Schedules',
  async run(bench) {
    await using node = await bench.startNode();
    await node.put('tick', 'exports.handler = async () => null;\n', { handler: 'main.handler' });
    const count = bench.quick ? 1_000 : 10_000;
    bench.say(`adding ${count} schedules`);
    const clients = Array.from({ length: CONNECTIONS }, () => new HttpClient(1));
    await Promise.all(
      clients.map(async (client, first) => {
        for (let n = first; n < count; n += CONNECTIONS) {
          // Hourly, each at a second of its own: spread evenly over the hour.
          const second = Math.floor((n * 3_600) / count);
          const expression = `${second % 60} ${Math.floor(second / 60)} * * * *`;
          const body = { function: 'tick', name: `tick-${n}`, type: 'schedule', options: { expression } };
          await node.api('POST', '/v1/triggers', body, client);
        }
        client.close();
      }),
    );
    await sleep(SETTLE_MS);
    const windowMs = bench.quick ? 10_000 : 60_000;
    bench.say(`watching them for ${windowMs / 1_000} s`);
    const fromMs = Date.now();
    const beforeMs = await treeCpuMs(node.pid);
    await sleep(windowMs);
    const cpuMs = (await treeCpuMs(node.pid)) - beforeMs;
    await sleep(1_500);
    const { invocations } = await node.api<{ invocations: { startedAtMs: number; queuedMs: number }[] }>(
      'GET',
      `/v1/invocations?function=tick&limit=1000&from=${fromMs}`,
    );
    // Every firing is due at a whole second.
    const lateMs = invocations.map(({ startedAtMs, queuedMs }) => (startedAtMs + queuedMs) % 1_000);
    const note = `${count} schedules, ${invocations.length} firings in ${windowMs / 1_000} s`;
    return {
      rows: [
        {
          measure: 'CPU, of one core, firings included',
          value: (cpuMs / windowMs) * 100,
          unit: '%',
          goal: { atMost: 1 },
          note,
        },
        {
          measure: 'how late a function starts, p50',
          value: percentile(lateMs, 50),
          unit: 'ms',
          goal: { atMost: 50 },
          note: `p99 ${percentile(lateMs, 99).toFixed(0)} ms`,
          ...(invocations.length > 0 ? {} : { fault: 'none fired' }),
        },
      ],
    };
  },
};
