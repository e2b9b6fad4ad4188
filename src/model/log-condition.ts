import { fieldsOf } from './structured-line.ts';

/**
 * What is asked of the fields of a line that is a JSON object. A field is a name, or a path: `user.id` is the field of that name,
 * else `id` of the object `user`. A field that is null counts as absent. What is asked of an absent field is false.
 *
 * Texts compare with texts and numbers with numbers. A value written without quotes that looks like a number, true or false
 * also equals a text that reads the same. `~` finds a text within texts, ignoring case. Objects and arrays only exist.
 */
export type LogCondition =
  | { readonly kind: 'exists'; readonly field: string }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: ComparisonOperator;
      readonly value: string;
      /** It was written in quotes: a text, whatever it looks like. */
      readonly quoted: boolean;
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly LogCondition[] }
  | { readonly kind: 'not'; readonly of: LogCondition };

export const COMPARISON_OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '~', '!~'] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];
export type Comparison = Extract<LogCondition, { kind: 'compare' }>;

const NUMBER = /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?(?:[eE][+-]?\d{1,3})?$/;

/** The number that a comparison's value is, where it is one. */
export function numberOf({ value, quoted }: Comparison): number | undefined {
  if (quoted || !NUMBER.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The names under which a field may be found, as keys to follow: its whole name first, then its path. */
export function pathsOf(field: string): readonly (readonly string[])[] {
  return field.includes('.') ? [[field], field.split('.')] : [[field]];
}

/** Whether a line meets a condition. */
export function lineMeets(text: string, condition: LogCondition): boolean {
  return meets(fieldsOf(text) ?? {}, condition);
}

/** Whether fields meet a condition. */
export function meets(fields: Readonly<Record<string, unknown>>, condition: LogCondition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.every((each) => meets(fields, each));
    case 'or':
      return condition.of.some((each) => meets(fields, each));
    case 'not':
      return !meets(fields, condition.of);
    case 'exists':
      return fieldValue(fields, condition.field) !== undefined;
    case 'compare':
      return compares(fieldValue(fields, condition.field), condition);
  }
}

function fieldValue(fields: Readonly<Record<string, unknown>>, field: string): unknown {
  for (const path of pathsOf(field)) {
    let value: unknown = fields;
    for (const key of path) {
      const holds = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key);
      value = holds ? (value as Record<string, unknown>)[key] : undefined;
    }
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function compares(found: unknown, comparison: Comparison): boolean {
  if (found === undefined || typeof found === 'object') return false;
  const { operator, value } = comparison;
  switch (operator) {
    case '=':
      return equals(found, comparison);
    case '!=':
      return !equals(found, comparison);
    case '~':
    case '!~':
      if (typeof found !== 'string') return operator === '!~';
      return found.toLowerCase().includes(value.toLowerCase()) === (operator === '~');
  }
  const number = numberOf(comparison);
  if (number !== undefined) return typeof found === 'number' && isOrdered(found - number, operator);
  return typeof found === 'string' && isOrdered(Buffer.compare(Buffer.from(found), Buffer.from(value)), operator);
}

function equals(found: unknown, comparison: Comparison): boolean {
  if (typeof found === 'number') return found === numberOf(comparison);
  if (typeof found === 'boolean') return !comparison.quoted && String(found) === comparison.value;
  return found === comparison.value;
}

function isOrdered(difference: number, operator: '<' | '<=' | '>' | '>='): boolean {
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  return operator === '>' ? difference > 0 : difference >= 0;
}
