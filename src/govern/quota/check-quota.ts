import type { PolicyViolation } from '../../model/policy.ts';
import { type Quota, type QuotaMeasure, teamOf } from '../../model/quota.ts';
import type { Holdings } from './holdings.ts';
import { MEASURE_WORDS, teamInWords } from './quota-words.ts';
import type { QuotaSubject } from './quotas.ts';

/** What of a quota a version would go beyond, or come near to, beside what its team holds by other functions. */
export function checkQuota(
  quota: Quota,
  held: Holdings,
  { config, before, codeBytes }: QuotaSubject,
): { violations: PolicyViolation[]; warnings: string[] } {
  const team = teamOf(config.owner);
  const isOwn = before !== undefined && teamOf(before.config.owner) === team;
  const wanted: Partial<Record<QuotaMeasure, number>> = {
    functions: held.functions + 1,
    reservedMb: held.reservedMb + config.memoryMb * config.maxConcurrency,
    ...(codeBytes !== undefined && { codeBytes: held.codeBytes + codeBytes }),
  };
  const violations: PolicyViolation[] = [];
  const warnings: string[] = [];
  for (const [measure, value] of Object.entries(wanted) as [QuotaMeasure, number][]) {
    const limit = quota[measure];
    // Who takes no more than before may go on, though a quota has become smaller since.
    const grows =
      !isOwn ||
      (measure === 'reservedMb' &&
        config.memoryMb * config.maxConcurrency > before.config.memoryMb * before.config.maxConcurrency) ||
      (measure === 'codeBytes' && value > held.codeBytes + before.code.treeBytes);
    if (limit === undefined || !grows) continue;
    const message = `the quota of ${teamInWords(team)} is ${limit} ${MEASURE_WORDS[measure]}, and there would be ${value}`;
    if (value > limit) violations.push({ policy: `quota of ${team}`, mode: 'enforce', rule: measure, message });
    else if (value * 100 >= limit * quota.warnPercent) warnings.push(message);
  }
  return { violations, warnings };
}
