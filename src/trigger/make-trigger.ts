import type { Engine } from '../engine/api.ts';
import { noFunction } from '../model/no-function.ts';
import { parseTarget } from '../model/target.ts';
import type { Trigger } from '../model/trigger.ts';
import { treatmentOf } from './intake.ts';
import type { KnownTypes } from './known-types.ts';
import { refuseSame } from './refuse-same.ts';
import type { NewTrigger, TriggerChange } from './triggers.ts';

const MAX_NAME_LENGTH = 64;
/** What names a source, such as a bucket, and may be part of a trigger's name. */
const PLAIN_WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/;

interface Surroundings {
  readonly types: KnownTypes;
  readonly engine: Pick<Engine, 'find' | 'check'>;
}

/** A new trigger as it is wanted, among those that there are. Rejects with `invalid_request`, `not_found`, or `conflict` for one that says the same as another. */
export async function newTrigger(
  wanted: NewTrigger,
  {
    types,
    engine,
    others,
    isTaken,
  }: Surroundings & { readonly others: () => readonly Trigger[]; readonly isTaken: (name: string) => boolean },
): Promise<Trigger> {
  const type = types.get(wanted.type);
  const { words, name, enabled = true, options: given = {}, ...rest } = wanted;
  const fn = woken(engine, wanted.function);
  const own = words === undefined || words.length === 0 ? {} : type.parseWords(words);
  const complete = await types.checked(type, { ...own, ...given }, undefined);
  treatmentOf(rest);
  if (name === undefined) {
    refuseSame({ ...rest, ...fn, options: complete }, others(), (each) => types.openable(each));
  }
  return {
    ...rest,
    name: name ?? freeName({ ...wanted, function: fn.function }, isTaken),
    ...fn,
    options: types.sealed(type, complete),
    enabled,
  };
}

/** A trigger as a change makes it. Rejects as `newTrigger` does. */
export async function changedTrigger(
  current: Trigger,
  change: TriggerChange,
  { types, engine }: Surroundings,
): Promise<Trigger> {
  const type = types.get(current.type);
  const { filter, mapping, orderBy, delivery, function: oldFunction, qualifier: oldQualifier, ...old } = current;
  const before = { function: oldFunction, ...(oldQualifier !== undefined && { qualifier: oldQualifier }) };
  const next = {
    filter: change.filter === undefined ? filter : (change.filter ?? undefined),
    mapping: change.mapping === undefined ? mapping : (change.mapping ?? undefined),
    orderBy: change.orderBy === undefined ? orderBy : (change.orderBy ?? undefined),
    delivery: change.delivery === undefined ? delivery : (change.delivery ?? undefined),
  };
  const trigger: Trigger = {
    ...old,
    ...(change.function === undefined ? before : woken(engine, change.function)),
    ...(change.enabled !== undefined && { enabled: change.enabled }),
    ...(next.filter !== undefined && { filter: next.filter }),
    ...(next.mapping !== undefined && { mapping: next.mapping }),
    ...(next.orderBy !== undefined && { orderBy: next.orderBy }),
    ...(next.delivery !== undefined && { delivery: next.delivery }),
  };
  treatmentOf(trigger);
  if (change.options === undefined) return trigger;
  const oldOptions = types.opened(current);
  const options = await types.checked(type, change.options, oldOptions);
  // Sealing gives another text each time: what did not change stays as it is.
  if (JSON.stringify(options) === JSON.stringify(oldOptions)) return trigger;
  return { ...trigger, options: types.sealed(type, options) };
}

/** The function that a target names, and its qualifier, which must lead to something too. */
function woken(engine: Surroundings['engine'], target: string): Pick<Trigger, 'function' | 'qualifier'> {
  const found = engine.find(target);
  if (found === undefined) throw noFunction(target, ' to wake');
  const { qualifier } = parseTarget(target);
  if (qualifier !== undefined) engine.check(target);
  return { function: found.document.name, ...(qualifier !== undefined && { qualifier }) };
}

function freeName({ function: name, type, words = [] }: NewTrigger, isTaken: (name: string) => boolean): string {
  const word = PLAIN_WORD.test(words[0] ?? '') ? words[0]!.replaceAll('.', '-') : '';
  const base = [name, type, word]
    .filter((part) => part !== '')
    .join('-')
    .slice(0, MAX_NAME_LENGTH - 6);
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? base : `${base}-${count}`;
    if (!isTaken(candidate)) return candidate;
  }
}
