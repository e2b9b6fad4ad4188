import { answeringFunction, waitUntil } from '../fob/node.ts';
import { wrk } from '../load/wrk.ts';
import type { Scenario } from '../scenario.ts';

const WRITTEN_MS = 60_000;

/** Every call leaves its record, also under full load: speed is not had by losing them. */
export const records: Scenario = {
  name: 'records',
  title: 'Invocation records after a full load',
  async run(bench) {
    await using node = await bench.startNode();
    const id = await node.register('node', answeringFunction('node'));
    const { requests, errors } = await wrk({ url: node.callUrl(id), connections: 32, durationS: bench.quick ? 1 : 5 });
    let recorded = 0;
    await waitUntil('all records are written', WRITTEN_MS, async () => {
      recorded = await node.recordedInvocations(id);
      return recorded >= requests;
    }).catch(() => bench.say(`records are missing: ${recorded} of ${requests}`));
    return {
      rows: [
        {
          measure: 'records in the journal',
          value: recorded,
          unit: 'count',
          reference: { name: 'calls answered', value: requests },
          goal: { atLeast: 1 },
          ...(errors > 0 && { fault: `${errors} requests failed` }),
          note: 'calls cut off at the end of the load are recorded too',
        },
      ],
    };
  },
};
