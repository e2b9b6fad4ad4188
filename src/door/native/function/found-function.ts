import type { StoredFunction } from '../../../model/function.ts';
import { noFunction } from '../../../model/no-function.ts';
import type { DoorContext } from '../../context.ts';

/** The function of this name or id. Throws `not_found`. */
export function foundFunction(engine: DoorContext['engine'], nameOrId: string): StoredFunction {
  const stored = engine.find(nameOrId);
  if (stored === undefined) throw noFunction(nameOrId, '; GET /v1/functions lists them');
  return stored;
}
