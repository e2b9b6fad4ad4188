import { COMPARISON_OPERATORS, type ComparisonOperator, type LogCondition } from '../../model/log-condition.ts';
import { Problem } from '../../model/problem.ts';

/** Longest text of a condition, most comparisons in it, and how deep they may be nested. */
export const MAX_WHERE_LENGTH = 1_024;
const MAX_TERMS = 32;
const MAX_DEPTH = 16;

const EXAMPLE = 'write it like status>=500, user.id=42, msg~"timed out", not retry, a=1 and (b=2 or c)';

type Token =
  | {
      readonly kind: 'word';
      readonly text: string;
      readonly quoted: boolean;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'operator'; readonly text: ComparisonOperator; readonly at: number; readonly end: number }
  | { readonly kind: '(' | ')' | '!' | 'end'; readonly text: string; readonly at: number; readonly end: number };

/**
 * Reads a condition on the fields of log lines:
 *
 *     status>=500    user.id=42    msg~"timed out"    error    not retry    a=1 and (b=2 or !c)
 *
 * A field alone asks whether it is there. `and` binds more than `or`. Names and values with spaces or signs stand in quotes.
 * Throws `invalid_request` with what is wrong and where.
 */
export function parseWhere(text: string): LogCondition {
  if (text.length > MAX_WHERE_LENGTH) {
    throw new Problem(
      'invalid_request',
      `a condition is at most ${MAX_WHERE_LENGTH} characters long; this one has ${text.length}`,
    );
  }
  return new Parser(text).whole();
}

/** One condition of several, all of which must be met. */
export function parseAllWhere(texts: readonly string[]): LogCondition | undefined {
  const conditions = texts.map(parseWhere);
  return conditions.length > 1 ? { kind: 'and', of: conditions } : conditions[0];
}

/** Writes a condition as `parseWhere` reads it. */
export function formatWhere(condition: LogCondition): string {
  switch (condition.kind) {
    case 'exists':
      return name(condition.field);
    case 'compare':
      return `${name(condition.field)}${condition.operator}${condition.quoted || !isBareValue(condition.value) ? quote(condition.value) : condition.value}`;
    case 'not':
      return `not (${formatWhere(condition.of)})`;
    default:
      return condition.of.map((each) => `(${formatWhere(each)})`).join(` ${condition.kind} `);
  }
}

class Parser {
  private readonly text: string;
  private at = 0;
  private token: Token;
  private terms = 0;

  constructor(text: string) {
    this.text = text;
    this.token = this.read(false);
  }

  whole(): LogCondition {
    if (this.kind() === 'end') throw this.wrong('there is no condition');
    const condition = this.either(0);
    if (this.kind() !== 'end')
      throw this.unexpected('put "and" or "or" between conditions, and quotes around a value with spaces');
    return condition;
  }

  private either(depth: number): LogCondition {
    if (depth > MAX_DEPTH) throw this.wrong(`parentheses and "not" are nested more than ${MAX_DEPTH} deep`);
    return this.joined('or', () => this.joined('and', () => this.one(depth)));
  }

  private joined(kind: 'and' | 'or', next: () => LogCondition): LogCondition {
    const of = [next()];
    while (this.isKeyword(kind)) {
      this.advance();
      of.push(next());
    }
    return of.length > 1 ? { kind, of } : of[0]!;
  }

  private one(depth: number): LogCondition {
    if (depth > MAX_DEPTH) throw this.wrong(`parentheses and "not" are nested more than ${MAX_DEPTH} deep`);
    if (this.kind() === '!' || this.isKeyword('not')) {
      this.advance();
      return { kind: 'not', of: this.one(depth + 1) };
    }
    if (this.kind() === '(') {
      this.advance();
      const inner = this.either(depth + 1);
      if (this.kind() !== ')') throw this.unexpected('a ")" is missing');
      this.advance();
      return inner;
    }
    return this.comparison();
  }

  private comparison(): LogCondition {
    const { token } = this;
    if (token.kind !== 'word' || this.isKeyword('and') || this.isKeyword('or'))
      throw this.unexpected("a field's name is missing");
    if (++this.terms > MAX_TERMS) throw this.wrong(`there are more than ${MAX_TERMS} comparisons`);
    const field = token.text;
    if (field === '' || /["\\\p{Cc}]/u.test(field)) {
      throw this.wrong(
        `${JSON.stringify(field)} is no name of a field: it may have no quotes, backslashes or control characters`,
      );
    }
    this.advance();
    const next: Token = this.token;
    if (next.kind !== 'operator') return { kind: 'exists', field };
    const operator = next.text;
    this.token = this.read(true);
    const value: Token = this.token;
    if (value.kind !== 'word')
      throw this.unexpected(`a value is missing after "${field}${operator}"; an empty one is ""`);
    if (!value.quoted && /^[<>=!~]/.test(value.text))
      throw this.wrong(`"${operator}${value.text}" is no comparison; a value that begins with a sign stands in quotes`);
    this.advance();
    return { kind: 'compare', field, operator, value: value.text, quoted: value.quoted };
  }

  private kind(): Token['kind'] {
    return this.token.kind;
  }

  private isKeyword(word: string): boolean {
    const { token } = this;
    return token.kind === 'word' && !token.quoted && token.text.toLowerCase() === word;
  }

  private advance(): void {
    this.token = this.read(false);
  }

  /** The next token; a value goes on to a space or a parenthesis. */
  private read(asValue: boolean): Token {
    const { text } = this;
    while (this.at < text.length && /\s/.test(text[this.at]!)) this.at++;
    const at = this.at;
    const first = text[at];
    if (first === undefined) return { kind: 'end', text: '', at, end: at };
    if (first === '"' || first === "'") return this.readQuoted(first);
    if (first === '(' || first === ')') {
      this.at++;
      return { kind: first, text: first, at, end: this.at };
    }
    if (!asValue) {
      // The longer ones first, so that >= is not read as > and =.
      const operator = [...COMPARISON_OPERATORS]
        .sort((a, b) => b.length - a.length)
        .find((each) => text.startsWith(each, at));
      if (operator !== undefined) {
        this.at += operator.length;
        return { kind: 'operator', text: operator, at, end: this.at };
      }
      if (first === '!') {
        this.at++;
        return { kind: '!', text: '!', at, end: this.at };
      }
    }
    const word = (asValue ? BARE_VALUE : BARE_NAME).exec(text.slice(at))![0];
    this.at += word.length;
    return { kind: 'word', text: word, quoted: false, at, end: this.at };
  }

  private readQuoted(quoteSign: string): Token {
    const { text } = this;
    const at = this.at;
    let value = '';
    for (let index = at + 1; index < text.length; index++) {
      const sign = text[index]!;
      if (sign === quoteSign) {
        this.at = index + 1;
        return { kind: 'word', text: value, quoted: true, at, end: this.at };
      }
      value += sign === '\\' && index + 1 < text.length ? text[++index] : sign;
    }
    throw this.wrong(`the quote at character ${at + 1} is not closed`);
  }

  private unexpected(what: string): Problem {
    const { token } = this;
    const where =
      token.kind === 'end' ? 'at the end' : `at character ${token.at + 1} ("${this.text.slice(token.at, token.end)}")`;
    return this.wrong(`${what} ${where}`);
  }

  private wrong(what: string): Problem {
    return new Problem('invalid_request', `cannot read the condition '${this.text}': ${what}; ${EXAMPLE}`);
  }
}

/** Up to what cannot be a part of a name or a value without quotes. */
const BARE_NAME = /^[^\s()<>=!~"']+|^./su;
const BARE_VALUE = /^[^\s()]+/u;
const KEYWORDS = new Set(['and', 'or', 'not']);

function name(field: string): string {
  return /^[^\s()<>=!~"'\\]+$/u.test(field) && !KEYWORDS.has(field.toLowerCase()) ? field : quote(field);
}

function isBareValue(value: string): boolean {
  return /^[^\s()"'<>=!~][^\s()"']*$/u.test(value);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
