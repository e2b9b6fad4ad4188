import { Problem } from '../../model/problem.ts';
import { STATISTICS, type Statistic } from '../metrics/metrics.ts';
import {
  type Clause,
  COMPARATORS,
  type Comparator,
  type Condition,
  DEFAULT_WINDOW_MS,
  type Expression,
  MAX_CLAUSES,
  MAX_CONDITION_LENGTH,
  MAX_FOR_MS,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
  printDuration,
  type Term,
  UNITS,
  type Unit,
} from './condition.ts';

interface Token {
  readonly kind: 'word' | 'quoted' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const DURATION_UNITS = ['ms', 's', 'm', 'h', 'd'] as const;
/** `/` alone divides; within a word it belongs to the name of an own metric. */
const TOKEN =
  /\s*(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<word>[A-Za-z_][A-Za-z0-9_.-]*(?:\/[A-Za-z_][A-Za-z0-9_.-]*)*)|(?<sign>>=|<=|\/s\b|[><(){}=,/%]))/y;

/** Reads a condition; `invalid_request` that says where it went wrong, and how to write it, where it is none. */
export function parseCondition(text: string): Condition {
  if (text.length > MAX_CONDITION_LENGTH) {
    throw new Problem(
      'invalid_request',
      `a condition has at most ${MAX_CONDITION_LENGTH} characters, this one ${text.length}`,
    );
  }
  return new Parser(text).condition();
}

class Parser {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private place = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = this.tokenize();
  }

  condition(): Condition {
    const clauses = [this.clause()];
    while (this.takeWord('and')) clauses.push(this.clause());
    if (clauses.length > MAX_CLAUSES) throw this.wrong(`a condition has at most ${MAX_CLAUSES} clauses`);
    let forMs = 0;
    if (this.takeWord('for')) {
      forMs = this.duration('for');
      if (forMs > MAX_FOR_MS) throw this.wrong(`"for" is at most ${printDuration(MAX_FOR_MS)}`);
    }
    if (this.peek().kind !== 'end') throw this.unexpected('"and", "over 5m", "for 2m" or the end');
    return { clauses, forMs };
  }

  private clause(): Clause {
    if (this.takeWord('no')) {
      const metric = this.term();
      if (!this.takeWord('for') && !this.takeWord('over')) throw this.unexpected('how long, such as "for 1h"');
      return { kind: 'absence', metric, windowMs: this.window() };
    }
    const left = this.expression();
    const comparator = this.comparator();
    const value = this.number();
    if (this.peek().text === 'x') {
      this.place++;
      if (!this.takeWord('before')) throw this.unexpected('"before", as in "3x before over 10m"');
      return { kind: 'change', left, comparator, factor: this.factor(value), windowMs: this.overWindow() };
    }
    if (this.peek().text === '%' && this.peek(1).text === 'of' && this.peek(2).text === 'before') {
      this.place += 3;
      return { kind: 'change', left, comparator, factor: this.factor(value / 100), windowMs: this.overWindow() };
    }
    const limit = { value, unit: this.unit() };
    return { kind: 'comparison', left, comparator, limit, windowMs: this.overWindow() };
  }

  private factor(value: number): number {
    if (value === 0)
      throw this.wrong('nothing is compared with 0x before: write how many times as much, such as "3x before"');
    return value;
  }

  private expression(): Expression {
    const of = this.term();
    if (this.takeSign('/')) return { of, per: this.term() };
    // `errors/invocations`, without spaces: own metrics have such names too, but not those.
    const [first, second, ...more] = of.metric.split('/');
    const bare = this.tokens[this.place - 1]!.kind === 'word' && of.statistic === undefined;
    if (bare && second !== undefined && more.length === 0 && isBuiltIn(first!) && isBuiltIn(second))
      return { of: { metric: first! }, per: { metric: second } };
    return { of };
  }

  private term(): Term {
    const first = this.peek();
    if (first.kind === 'word' && this.peek(1).text === '(' && this.peek(1).kind === 'sign') {
      const statistic = STATISTICS.find((each) => each === first.text);
      if (statistic === undefined)
        throw this.wrong(`"${first.text}" is no statistic: write one of ${STATISTICS.join(', ')}`);
      this.place += 2;
      const inner = this.named(statistic);
      if (!this.takeSign(')')) throw this.unexpected('")"');
      return inner;
    }
    return this.named();
  }

  private named(statistic?: Statistic): Term {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.unexpected('the name of a metric');
    this.place++;
    const labels: Record<string, string> = {};
    if (this.takeSign('{')) {
      do {
        const name = this.word('the name of a label');
        if (!this.takeSign('=')) throw this.unexpected('"=" and the label\'s value');
        Object.defineProperty(labels, name, {
          value: this.word("the label's value"),
          enumerable: true,
          configurable: true,
        });
      } while (this.takeSign(','));
      if (!this.takeSign('}')) throw this.unexpected('"}"');
    }
    return {
      metric: token.text,
      ...(statistic !== undefined && { statistic }),
      ...(Object.keys(labels).length > 0 && { labels }),
    };
  }

  private word(what: string): string {
    const token = this.peek();
    if (token.kind === 'sign' || token.kind === 'end') throw this.unexpected(what);
    this.place++;
    return token.text;
  }

  private comparator(): Comparator {
    const found = COMPARATORS.find((each) => each === this.peek().text);
    if (found === undefined) throw this.unexpected('">", ">=", "<" or "<=" and a limit');
    this.place++;
    return found;
  }

  private number(): number {
    const token = this.peek();
    if (token.kind !== 'number' || !Number.isFinite(Number(token.text)))
      throw this.unexpected('a number, such as 5% or 2s');
    this.place++;
    return Number(token.text);
  }

  private unit(): Unit {
    const token = this.peek();
    if (token.text === '%' && token.kind === 'sign') {
      this.place++;
      if (!this.takeWord('of')) return '%';
      if (!this.takeWord('timeout')) throw this.unexpected('"timeout" or "before"');
      return '% of timeout';
    }
    if (token.text === '/s' && token.kind === 'sign') {
      this.place++;
      return '/s';
    }
    if (token.kind !== 'word' || KEYWORDS.includes(token.text)) return '';
    const unit = (Object.keys(UNITS) as Unit[]).find((each) => each.toLowerCase() === token.text.toLowerCase());
    if (unit === undefined) throw this.wrong(`"${token.text}" is no unit: write %, ms, s, m, h, B, KB, MB, GB or /s`);
    this.place++;
    return unit;
  }

  private overWindow(): number {
    return this.takeWord('over') ? this.window() : DEFAULT_WINDOW_MS;
  }

  private window(): number {
    const windowMs = this.duration('over');
    if (windowMs < MIN_WINDOW_MS || windowMs > MAX_WINDOW_MS) {
      throw this.wrong(
        `a window is from ${printDuration(MIN_WINDOW_MS)} to ${printDuration(MAX_WINDOW_MS)}, which is what is kept at hand; "${printDuration(windowMs)}" is not`,
      );
    }
    return windowMs;
  }

  private duration(after: string): number {
    const token = this.peek();
    const unit = DURATION_UNITS.find((each) => each === this.peek(1).text);
    if (token.kind !== 'number' || unit === undefined)
      throw this.unexpected(`how long after "${after}", such as 30s, 5m or 1h`);
    this.place += 2;
    const ms = Math.round(Number(token.text) * UNITS[unit]);
    if (!(ms > 0 && ms <= Number.MAX_SAFE_INTEGER)) throw this.wrong('a duration is longer than nothing');
    return ms;
  }

  private takeWord(text: string): boolean {
    return this.take('word', text);
  }

  private takeSign(text: string): boolean {
    return this.take('sign', text);
  }

  private take(kind: Token['kind'], text: string): boolean {
    const token = this.peek();
    if (token.kind !== kind || token.text !== text) return false;
    this.place++;
    return true;
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.place + ahead, this.tokens.length - 1)]!;
  }

  private tokenize(): Token[] {
    const tokens: Token[] = [];
    const text = this.text.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null) {
        const rest = text.slice(from).trimStart();
        throw new Problem(
          'invalid_request',
          `"${rest.slice(0, 20)}" cannot be read in the condition "${text}"; ${HOW}`,
        );
      }
      const { quoted, number, word, sign } = match.groups!;
      const at = match.index + match[0].length;
      if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.slice(1, -1).replace(/\\(.)/g, '$1'), at });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
      else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
      else tokens.push({ kind: 'sign', text: sign!, at });
    }
    return [...tokens, { kind: 'end', text: '', at: text.length }];
  }

  private unexpected(wanted: string): Problem {
    const { kind, text } = this.peek();
    return this.wrong(`${kind === 'end' ? 'at its end' : `where "${text}" stands`} there must be ${wanted}`);
  }

  private wrong(what: string): Problem {
    return new Problem('invalid_request', `the condition "${this.text}" cannot be read: ${what}; ${HOW}`);
  }
}

const KEYWORDS = ['and', 'for', 'over', 'x'];
const HOW =
  'write it like "errors / invocations > 5% over 5m for 2m", "p99(duration) > 2s over 10m" or "no invocations for 1h"';
const BUILT_IN = [
  'invocations',
  'errors',
  'throttles',
  'coldStarts',
  'billed',
  'concurrency',
  'lag',
  'duration',
  'queued',
  'memory',
];

function isBuiltIn(name: string): boolean {
  return BUILT_IN.includes(name.split('.')[0]!);
}
