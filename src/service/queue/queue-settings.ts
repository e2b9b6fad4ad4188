import Type from 'typebox';
import { Value } from 'typebox/value';
import { Problem } from '../../model/problem.ts';
import type { QueueChange, QueueSettings } from './queues.ts';

export const QUEUE_NAME_PATTERN = '^(?=.{1,80}$)[A-Za-z0-9][A-Za-z0-9_-]*(\\.fifo)?$';
const NAME = new RegExp(QUEUE_NAME_PATTERN);
const FIFO_ENDING = '.fifo';
const DAY_MS = 86_400_000;

/** What can be set of a queue; `null` as `deadLetter` ends its use. */
const QueueSettingsSchema = Type.Object(
  {
    fifo: Type.Boolean({ description: 'In order within groups, and each message once; decided when it is created' }),
    visibilityMs: Type.Integer({
      minimum: 0,
      maximum: 43_200_000,
      description: 'How long a received message is hidden from others; default 30 s',
    }),
    delayMs: Type.Integer({
      minimum: 0,
      maximum: 14 * DAY_MS,
      description: 'How long each message waits before it can be received; default 0',
    }),
    retentionMs: Type.Integer({
      minimum: 60_000,
      maximum: 365 * DAY_MS,
      description: 'A message that nobody took for so long is removed; default 4 days',
    }),
    deadLetter: Type.Union([
      Type.Object(
        {
          queue: Type.String({ pattern: QUEUE_NAME_PATTERN }),
          maxReceives: Type.Integer({ minimum: 1, maximum: 1_000 }),
        },
        { additionalProperties: false },
      ),
      Type.Null(),
    ]),
    contentDeduplication: Type.Boolean({
      description: "FIFO: the body's SHA-256 stands for a missing de-duplication id; default false",
    }),
  },
  { additionalProperties: false },
);
export const QueueChangeSchema = Type.Partial(QueueSettingsSchema, { additionalProperties: false });

/** Throws `invalid_request` where a queue cannot be called so. */
export function checkQueueName(name: string): void {
  if (NAME.test(name)) return;
  throw new Problem(
    'invalid_request',
    `"${name.slice(0, 100)}" is no name of a queue: use 1 to 80 letters, digits, "-" and "_", beginning with a letter or digit; a FIFO queue's name ends in ".fifo"`,
  );
}

/** The settings that `change` makes of the current ones; of a new queue where there are none. */
export function changedSettings(name: string, current: QueueSettings | undefined, change: QueueChange): QueueSettings {
  const fault = Value.Errors(QueueChangeSchema, change)[0];
  if (fault !== undefined) {
    const place = fault.instancePath.slice(1).replaceAll('/', '.') || 'queue settings';
    throw new Problem('invalid_request', `${place} ${fault.message}`);
  }
  const isFifo = name.endsWith(FIFO_ENDING);
  const { deadLetter, fifo = isFifo, ...plain } = change;
  if (fifo !== isFifo) {
    if (current !== undefined) {
      throw new Problem('conflict', `the queue "${name}" exists as ${isFifo ? 'a FIFO' : 'a standard'} queue`);
    }
    throw new Problem(
      'invalid_request',
      fifo
        ? `a FIFO queue's name ends in ".fifo": call it "${name}${FIFO_ENDING}"`
        : `"${name}" is the name of a FIFO queue; leave ".fifo" out for a standard one`,
    );
  }
  if (change.contentDeduplication === true && !isFifo) {
    throw new Problem('invalid_request', 'only FIFO queues de-duplicate by content');
  }
  const { deadLetter: before, ...base } = current ?? defaultSettings(isFifo);
  const after = deadLetter === undefined ? before : (deadLetter ?? undefined);
  return { ...base, ...plain, ...(after !== undefined && { deadLetter: after }) };
}

function defaultSettings(fifo: boolean): QueueSettings {
  return { fifo, visibilityMs: 30_000, delayMs: 0, retentionMs: 4 * DAY_MS, contentDeduplication: false };
}
