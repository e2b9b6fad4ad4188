import type { Command } from 'commander';
import type { Delivery } from '../../model/trigger.ts';
import { wholeNumber } from '../command-line.ts';
import { readData } from '../data-argument.ts';
import { parseDurationMs } from '../human.ts';
import { parseJsonOption } from './type-options.ts';

/** What every trigger can be given, as commander hands it over. */
export interface DocumentOptions {
  readonly filter?: string;
  readonly mapping?: string;
  readonly orderBy?: string;
  readonly batch?: number;
  readonly window?: string;
  readonly retries?: number;
  readonly retryDelay?: string;
  readonly maxAge?: string;
  readonly concurrency?: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

export function addDocumentOptions(command: Command): Command {
  return command
    .option('--filter <json>', 'an EventBridge pattern, as JSON or @file: events that do not match are not delivered')
    .option('--mapping <json>', 'a template, as JSON or @file, with <$.path> references: what the function gets')
    .option('--order-by <path>', 'such as $.data.customer: events of one key are delivered strictly in order')
    .option('--batch <n>', 'most events in one run', wholeNumber('--batch', 1))
    .option('--window <time>', 'how long a batch is gathered that is not full: 500ms, 5s')
    .option('--retries <n>', 'attempts after the first', wholeNumber('--retries', 0))
    .option('--retry-delay <time>', 'wait before the first retry; it doubles')
    .option('--max-age <time>', 'an event that is older is given up')
    .option('--concurrency <n>', 'most runs at once for this trigger', wholeNumber('--concurrency', 1))
    .option('--on-success <destination>', 'where results go: function:, queue:, topic: or bucket: and a name, or a URL')
    .option('--on-failure <destination>', 'where events go that could not be delivered');
}

/** The part of a trigger's document that was given. */
export async function documentOf(options: DocumentOptions): Promise<Record<string, unknown>> {
  const { filter, mapping, orderBy } = options;
  const delivery = deliveryOf(options);
  return {
    ...(filter !== undefined && { filter: await json(filter, '--filter') }),
    ...(mapping !== undefined && { mapping: await json(mapping, '--mapping') }),
    ...(orderBy !== undefined && { orderBy }),
    ...(Object.keys(delivery).length > 0 && { delivery }),
  };
}

function deliveryOf(options: DocumentOptions): Delivery {
  const time = (text: string | undefined, option: string) =>
    text === undefined ? undefined : parseDurationMs(text, option);
  const given = {
    batchSize: options.batch,
    batchWindowMs: time(options.window, '--window'),
    maxRetries: options.retries,
    retryDelayMs: time(options.retryDelay, '--retry-delay'),
    maxAgeMs: time(options.maxAge, '--max-age'),
    maxConcurrency: options.concurrency,
    onSuccess: options.onSuccess,
    onFailure: options.onFailure,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Delivery;
}

async function json(text: string, option: string): Promise<unknown> {
  return parseJsonOption((await readData(text)).toString(), option);
}
