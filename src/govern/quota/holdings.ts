import type { StoredFunction } from '../../model/function.ts';
import { teamOf } from '../../model/quota.ts';

/** What the functions of a team hold, whether they run or not. */
export interface Holdings {
  readonly functions: number;
  readonly reservedMb: number;
  readonly codeBytes: number;
}

export const NOTHING: Holdings = { functions: 0, reservedMb: 0, codeBytes: 0 };

/** What each team holds; without the function of the name `except`. */
export function holdingsByTeam(functions: readonly StoredFunction[], except?: string): Map<string, Holdings> {
  const teams = new Map<string, Holdings>();
  for (const { document } of functions) {
    if (document.name === except) continue;
    const { owner, memoryMb, maxConcurrency } = document.config;
    const held = teams.get(teamOf(owner)) ?? NOTHING;
    teams.set(teamOf(owner), {
      functions: held.functions + 1,
      reservedMb: held.reservedMb + memoryMb * maxConcurrency,
      codeBytes: held.codeBytes + document.code.treeBytes,
    });
  }
  return teams;
}
