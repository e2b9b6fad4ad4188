import type { StoredFunction } from '../../../model/function.ts';
import { Problem } from '../../../model/problem.ts';
import type { DoorContext } from '../../context.ts';

/** The function of this name or id. Throws `not_found`. */
export function foundFunction(engine: DoorContext['engine'], nameOrId: string): StoredFunction {
  const stored = engine.find(nameOrId);
  if (stored === undefined) throw noFunction(nameOrId);
  return stored;
}

export function noFunction(nameOrId: string): Problem {
  return new Problem('not_found', `there is no function "${nameOrId}"; GET /v1/functions lists them`);
}
