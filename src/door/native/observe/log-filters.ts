import Type, { type Static } from 'typebox';
import { FUNCTION_NAME_PATTERN } from '../../../model/function.ts';
import { isId } from '../../../model/id.ts';
import { Problem } from '../../../model/problem.ts';
import { structuredLine } from '../../../model/structured-line.ts';
import { PLATFORM_LINES } from '../../../observe/logs/platform-lines.ts';
import { MAX_WHERE_LENGTH, parseAllWhere } from '../../../observe/logs/where.ts';
import type { LogHit, LogQuery, LogRecord } from '../../../store/journal.ts';
import type { DoorContext } from '../../context.ts';
import { from, minLevel, textFilter, to } from '../schemas.ts';
import { timeRange } from '../time-range.ts';

const MAX_FUNCTIONS = 50;
const MAX_CONDITIONS = 16;
/** An invocation may wait this long before it runs, besides its function's timeout. */
const WAITING_MS = 60_000;
const NAME = new RegExp(FUNCTION_NAME_PATTERN);
const TRACE = /^[0-9a-f]{32}$/;

const oneOrMore = (item: Type.TString, maxItems: number, description: string) =>
  Type.Optional(Type.Array(item, { maxItems, description }));

/** What queries, tails and exports of log lines have in common. */
export const lineFilters = {
  function: Type.Optional(
    Type.String({
      maxLength: 4_096,
      description: `A function's name or id, or several (at most ${MAX_FUNCTIONS}) with commas between them`,
    }),
  ),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  invocation: Type.Optional(Type.String({ maxLength: 64, description: 'Only lines of this invocation' })),
  stream: Type.Optional(
    Type.String({
      maxLength: 64,
      minLength: 1,
      description: 'Only lines of this sandbox; the beginning of its id is enough where that is unique',
    }),
  ),
  text: textFilter,
  level: minLevel,
  where: oneOrMore(
    Type.String({ maxLength: MAX_WHERE_LENGTH }),
    MAX_CONDITIONS,
    'Only lines that are JSON objects whose fields are so: `status>=500`, `user.id=42`, `msg~"timed out"`, `retry`, `not (a=1 or b)`; of several all must be met',
  ),
};

export const pastFilters = {
  ...lineFilters,
  trace: Type.Optional(Type.String({ maxLength: 64, description: 'Only lines of the invocations of this trace' })),
  from,
  to,
};

export const platform = Type.Optional(
  Type.Enum([...PLATFORM_LINES], {
    description:
      "The platform's own lines of each invocation beside those that it printed: `all` (START, END, REPORT), `report`, `failures` (the END of what did not succeed), or `none` (the default). A search for a text or fields finds failures; of the others it is made only where one invocation or trace is meant.",
  }),
);

type PastFilters = Static<Type.TObject<typeof pastFilters>>;

/** The names of the functions that a filter means, by name or id; `undefined`: all. */
export function functionsOf(context: DoorContext, filter: string | undefined): string[] | undefined {
  if (filter === undefined) return undefined;
  const names = [...new Set(filter.split(',').map((each) => each.trim()))];
  if (names.length > MAX_FUNCTIONS) {
    throw new Problem(
      'invalid_request',
      `${names.length} functions are asked for, but at most ${MAX_FUNCTIONS} can be at once`,
    );
  }
  const wrong = names.find((each) => !NAME.test(each));
  if (wrong !== undefined) throw new Problem('invalid_request', `"${wrong}" is no name or id of a function`);
  return names.map((each) => context.engine.find(each)?.document.name ?? each);
}

/** A query of the past as the journal takes it, but for its page. Throws `invalid_request`, and `not_found` where there is no such stream. */
export async function pastQuery(
  context: DoorContext,
  filters: PastFilters,
  names: string[] | undefined,
): Promise<Omit<LogQuery, 'limit'>> {
  const { version, invocation, trace, text, level, where, stream } = filters;
  if (trace !== undefined && !TRACE.test(trace)) {
    const hint = /^[0-9a-f-]{36}$/.test(trace)
      ? `; lines of this invocation: fob logs --invocation ${trace} (invocation= in the API), and fob trace ${trace} shows its trace`
      : '';
    throw new Problem(
      'invalid_request',
      `"${trace.slice(0, 64)}" is no id of a trace: it has 32 lower-case hexadecimal digits${hint}`,
    );
  }
  const condition = parseAllWhere(where ?? []);
  const sandboxId = stream === undefined ? undefined : await findStream(context, stream, names);
  return {
    ...(names !== undefined && meant(names)),
    ...(version !== undefined && { version }),
    ...(invocation !== undefined && { invocationId: invocation }),
    ...(trace !== undefined && { traceId: trace }),
    ...(sandboxId !== undefined && { sandboxId }),
    ...(text !== undefined && { text }),
    ...(level !== undefined && { minLevel: level }),
    ...(condition !== undefined && { where: condition }),
    ...timeRange(filters, context.clock.now()),
  };
}

function meant(names: readonly string[]): Pick<LogQuery, 'function' | 'among'> {
  if (names.length > MAX_FUNCTIONS) return { among: names };
  return { function: names.length === 1 ? names[0]! : names };
}

/** The id of the one stream that begins so. */
async function findStream({ store }: DoorContext, prefix: string, names: string[] | undefined): Promise<string> {
  const wanted = prefix.toLowerCase();
  if (isId(wanted)) return wanted;
  const among = names === undefined ? {} : { among: names };
  const { items: found } = await store.journal.logStreams({ ...among, prefix: wanted, limit: 4 });
  if (found.length === 1) return found[0]!.sandboxId;
  if (found.length === 0) throw new Problem('not_found', `there is no stream whose id begins with "${prefix}"`);
  const some = found.slice(0, 3).map((each) => each.sandboxId);
  throw new Problem(
    'invalid_request',
    `several streams begin with "${prefix}": ${some.join(', ')}${found.length > 3 ? ', …' : ''}; write more of the one that is meant`,
  );
}

/** How long before its end an invocation of these functions may have begun. */
export function lookBackMs({ engine }: DoorContext, names: string[] | undefined): number {
  const functions = names === undefined ? engine.list() : names.flatMap((name) => engine.find(name) ?? []);
  const timeouts = functions.map(({ document }) => document.config.timeoutMs);
  return Math.max(0, ...timeouts) + WAITING_MS;
}

/** A line as the API shows it: of a JSON object also what it says, and when it claims to be written. */
export function lineView(line: LogHit): LogHit & { message?: string; loggedAtMs?: number } {
  const { before, after, ...plain } = line;
  return {
    ...viewOf(plain),
    ...(before && { before: before.map(viewOf) }),
    ...(after && { after: after.map(viewOf) }),
  };
}

function viewOf(line: LogRecord): LogRecord & { message?: string; loggedAtMs?: number } {
  const said = structuredLine(line.text);
  if (said === undefined) return line;
  return {
    ...line,
    ...(said.message !== undefined && { message: said.message }),
    ...(said.timeMs !== undefined && { loggedAtMs: said.timeMs }),
  };
}
