import type { Policy, PolicyViolation } from '../../model/policy.ts';
import { formatAgo } from '../human.ts';
import { paint, printPairs, printTable } from '../output.ts';
import { rulesInWords, scopeInWords } from './options.ts';

export interface PolicyView extends Policy {
  readonly revision: number;
  readonly updatedAt: string;
  readonly by: string;
  readonly undoable: boolean;
}

export interface FunctionViolations {
  readonly function: string;
  readonly owner: string;
  readonly violations: readonly PolicyViolation[];
}

export function policyPath(name: string, rest = ''): string {
  return `/v1/policies/${encodeURIComponent(name)}${rest}`;
}

export function printPolicy(policy: PolicyView): void {
  printPairs([
    ['name', policy.name],
    ...(policy.description === '' ? [] : [['description', policy.description] as const]),
    ['mode', policy.mode === 'warn' ? 'warn: tells, and lets pass' : 'enforce'],
    ['for', scopeInWords(policy.scope)],
    ['rules', rulesInWords(policy.rules).replaceAll(', ', '\n')],
    ...(policy.message === '' ? [] : [['message', policy.message] as const]),
    ['changed', `${formatAgo(Date.parse(policy.updatedAt), Date.now())} by ${policy.by}`],
    ...(policy.undoable ? [['before', `fob policy undo ${policy.name} puts back what stood before`] as const] : []),
  ]);
}

export function printViolations(all: readonly FunctionViolations[]): void {
  printTable(
    [
      { title: 'FUNCTION', decorate: (cell) => paint('bold', cell), shrinkTo: 12 },
      { title: 'OWNER', shrinkTo: 8, dropOrder: 1, hideEmpty: true },
      { title: 'POLICY', shrinkTo: 8 },
      { title: 'MODE', decorate: modeColour },
      { title: 'WHAT IS WRONG', shrinkTo: 20 },
    ],
    all.flatMap(({ function: name, owner, violations }) =>
      violations.map(({ policy, mode, message }) => [name, owner || '-', policy, mode, message]),
    ),
  );
}

export function modeColour(cell: string, mode: string): string {
  return paint(mode === 'warn' ? 'yellow' : 'red', cell);
}
