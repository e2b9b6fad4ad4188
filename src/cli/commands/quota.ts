import type { Command } from 'commander';
import type { Quota, QuotaMeasure } from '../../model/quota.ts';
import { BYTES_PER_MB } from '../../model/units.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatBytes, formatDuration, parseMemoryMb } from '../human.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface Use {
  readonly measure: QuotaMeasure;
  readonly used: number;
  readonly limit?: number;
  readonly state: 'ok' | 'warning' | 'exceeded';
  readonly resetsAt?: string;
}

interface TeamView {
  readonly team: string;
  readonly quota?: string;
  readonly uses: readonly Use[];
}

interface SetOptions {
  readonly functions?: string;
  readonly memory?: string;
  readonly code?: string;
  readonly invocations?: string;
  readonly gbSeconds?: string;
  readonly events?: string;
  readonly warnAt?: string;
}

const BAR_CELLS = 20;
const NAMES: Readonly<Record<QuotaMeasure, string>> = {
  functions: 'functions',
  reservedMb: 'most memory at once',
  codeBytes: 'code',
  invocationsPerDay: 'invocations a day',
  gbSecondsPerMonth: 'GB-seconds a month',
  queuedEvents: 'events that wait',
};

const pathOf = (team: string) => `/v1/quotas/${encodeURIComponent(team)}`;

export function define(command: Command): void {
  command
    .description(
      'Quotas: how much the functions of a team (their owner) may have and do, and what it has used. Calls beyond are refused with 429, which says when it begins anew; functions beyond are not deployed.',
    )
    .argument('[team]', 'only this one; - for functions without an owner')
    .addHelpText(
      'after',
      examples(
        ['fob quota', 'what each team has used'],
        ['fob quota shop', ''],
        ['fob quota set shop --functions 20 --invocations 1000000 --gb-seconds 400000', ''],
        ['fob quota set "*" --invocations 10000', 'for each team that has no quota of its own'],
        ['fob quota rm shop', ''],
      ),
    )
    .action(async (team: string | undefined, _options, self: Command) => show(team, self));
  defineSet(command);
  command
    .command('rm')
    .summary('remove a quota')
    .description('Removes the quota of a team; the one of any team (*) holds for it then, where there is one.')
    .argument('<team>')
    .action(async (team: string, _options, self: Command) => {
      await (await clientOf(self)).json('DELETE', pathOf(team));
      if (optionsOf(self).json) return printJson({ removed: [team] });
      print(`${paint('green', '✔')} the quota of ${team} is removed`);
    });
}

function defineSet(command: Command): void {
  command
    .command('set')
    .summary('make or change a quota')
    .description('Makes a quota, or changes one: what is not given stays, "none" takes a limit away.')
    .argument('<team>', 'the owner of functions; - those without one; "*" each team without a quota of its own')
    .option('--functions <n>', 'most functions')
    .option('--memory <size>', 'most memory that its functions may take at once (memory × concurrency): 64g')
    .option('--code <size>', 'most code: 500m, 2g')
    .option('--invocations <n>', 'most invocations a day (UTC)')
    .option('--gb-seconds <n>', 'most GB-seconds a month (UTC)')
    .option('--events <n>', 'most events that wait')
    .option('--warn-at <percent>', 'from which share of a limit on it is told; default: 80')
    .action(async (team: string, _options, self: Command) => {
      const options = optionsOf<SetOptions>(self);
      const client = await clientOf(self);
      const before = await client.json<Quota & { revision: number }>('GET', pathOf(team)).catch((error: unknown) => {
        if (error instanceof Failure && error.exitCode === EXIT.notFound) return undefined;
        throw error;
      });
      const { revision, ...limits } = before ?? { revision: 0 };
      const body = { ...onlyLimits(limits), ...limitsOf(options) };
      const kept = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
      const seen = before === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${revision}"` };
      const quota = await sendJson<Quota>(client, 'PUT', pathOf(team), kept, seen);
      if (optionsOf(self).json) return printJson(quota);
      print(`${paint('green', '✔')} the quota of ${paint('bold', team)} holds from now on`);
      note(`what it has used: fob quota${team === '*' ? '' : ` ${team}`}`);
    });
}

async function show(team: string | undefined, self: Command): Promise<void> {
  const client = await clientOf(self);
  const { teams } = await client.json<{ teams: TeamView[] }>('GET', '/v1/quota-usage', { query: { team } });
  if (optionsOf(self).json) return printJson(teams);
  if (teams.length === 0) return note('no team has functions yet, nor a quota: fob quota set <team> --functions 20');
  const now = Date.now();
  printTable(
    [
      { title: 'TEAM', decorate: (cell) => paint('bold', cell), shrinkTo: 8 },
      { title: 'WHAT' },
      { title: 'USED', align: 'right' },
      { title: 'LIMIT', align: 'right' },
      { title: '', dropOrder: 2, hideEmpty: true, decorate: colour },
      { title: 'BEGINS ANEW', dropOrder: 1, hideEmpty: true },
    ],
    teams.flatMap(({ team: name, uses }) =>
      uses.map(({ measure, used, limit, state, resetsAt }) => [
        name === '-' ? '(no owner)' : name,
        NAMES[measure],
        amount(measure, used),
        limit === undefined ? 'none' : amount(measure, limit),
        limit === undefined ? '' : bar(used, limit, state),
        resetsAt === undefined || limit === undefined ? '' : `in ${formatDuration(Date.parse(resetsAt) - now)}`,
      ]),
    ),
  );
}

function onlyLimits(quota: Partial<Quota>): Partial<Quota> {
  const names = [...Object.keys(NAMES), 'warnPercent'];
  return Object.fromEntries(Object.entries(quota).filter(([name]) => names.includes(name)));
}

/** `null` takes a limit away. */
function limitsOf(options: SetOptions): Record<string, number | null> {
  const given: [string, number | null][] = [];
  const add = (name: string, option: string, text: string | undefined, read: (text: string) => number): void => {
    if (text !== undefined) given.push([name, text === 'none' && option !== '--warn-at' ? null : read(text)]);
  };
  const number = (option: string) => (text: string) => {
    if (!/^\d{1,12}(?:\.\d{1,6})?$/.test(text))
      throw new Failure(EXIT.usage, `${option}: "${text}" is no number, nor "none"`);
    return Number(text);
  };
  const size = (option: string) => (text: string) => parseMemoryMb(text, option);
  add('functions', '--functions', options.functions, number('--functions'));
  add('reservedMb', '--memory', options.memory, size('--memory'));
  add('codeBytes', '--code', options.code, (text) => size('--code')(text) * BYTES_PER_MB);
  add('invocationsPerDay', '--invocations', options.invocations, number('--invocations'));
  add('gbSecondsPerMonth', '--gb-seconds', options.gbSeconds, number('--gb-seconds'));
  add('queuedEvents', '--events', options.events, number('--events'));
  add('warnPercent', '--warn-at', options.warnAt?.replace(/%$/, ''), number('--warn-at'));
  if (given.length === 0) throw new Failure(EXIT.usage, 'nothing to change: name a limit, such as --functions 20');
  return Object.fromEntries(given);
}

function amount(measure: QuotaMeasure, value: number): string {
  if (measure === 'reservedMb') return formatBytes(value * BYTES_PER_MB);
  if (measure === 'codeBytes') return formatBytes(value);
  if (measure === 'gbSecondsPerMonth' && value < 100) return value === 0 ? '0' : String(Number(value.toPrecision(2)));
  return Math.round(value).toLocaleString('en-US');
}

function bar(used: number, limit: number, state: Use['state']): string {
  const share = limit === 0 ? 1 : Math.min(1, used / limit);
  const full = Math.round(share * BAR_CELLS);
  const percent = limit === 0 ? '' : ` ${Math.round((used / limit) * 100)}%`;
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}${percent}${state === 'ok' ? '' : ' !'}`;
}

function colour(cell: string, value: string): string {
  if (!value.endsWith('!')) return paint('green', cell);
  return paint(value.includes('░') ? 'yellow' : 'red', cell);
}
