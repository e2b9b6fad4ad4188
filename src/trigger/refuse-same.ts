import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../model/problem.ts';
import type { Trigger } from '../model/trigger.ts';

type Meaning = Pick<Trigger, 'function' | 'qualifier' | 'type' | 'options' | 'filter' | 'mapping'>;

/**
 * Who says the same twice, and gives no name, means one trigger: two would run the function twice for each event. Throws
 * `conflict`. `optionsOf` gives a trigger's options with secrets opened, or nothing where they cannot be.
 */
export function refuseSame(
  wanted: Meaning,
  triggers: readonly Trigger[],
  optionsOf: (trigger: Trigger) => Trigger['options'] | undefined,
): void {
  const { function: fn, qualifier, type, options, filter, mapping } = wanted;
  const same = triggers
    .filter((each) => each.function === fn && each.qualifier === qualifier && each.type === type)
    .find((each) => isDeepStrictEqual([optionsOf(each), each.filter, each.mapping], [options, filter, mapping]));
  if (same === undefined) return;
  throw new Problem(
    'conflict',
    `the trigger "${same.name}" wakes ${fn} by the same already; give this one a name where you want both`,
  );
}
