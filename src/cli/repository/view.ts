import { formatAgo, formatDuration } from '../human.ts';
import { note, paint, print, printPairs, printTable } from '../output.ts';
import { cutText } from '../text-width.ts';

/** A deployment as the native API shows it. */
export interface DeploymentView {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly ref: string;
  readonly commit: string;
  readonly subject: string;
  readonly state: 'deployed' | 'failed';
  readonly durationMs: number;
  readonly error?: string;
}

/** A repository as the native API shows it. */
export interface RepositoryView {
  readonly name: string;
  readonly createdAt: string;
  readonly by: string;
  readonly branch: string;
  readonly environment: string;
  readonly function: string;
  readonly description: string;
  readonly path?: string;
  readonly watch?: {
    readonly url: string;
    readonly branch?: string;
    readonly tag?: string;
    readonly pollMs: number;
    readonly hasCredential: boolean;
    readonly hookPath: string;
    readonly hookSecret?: string;
    readonly state: 'new' | 'ok' | 'failing';
    readonly checkedAt?: string;
    readonly nextAtMs?: number;
    readonly failures: number;
    readonly error?: string;
  };
  readonly deployments: readonly DeploymentView[];
}

const SHORT = 12;
/** Cells of a failure in a list; the whole of it stands in `fob repo show`. */
const MAX_STATE = 60;

/** One line each. */
export function printRepositories(repositories: readonly RepositoryView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'NAME', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
      { title: 'FROM', shrinkTo: 20, dropOrder: 2 },
      { title: 'DEPLOYS', shrinkTo: 8, dropOrder: 1 },
      { title: 'LAST', decorate: (cell, value) => paint(/fail/.test(value) ? 'red' : 'reset', cell) },
      { title: 'COMMIT', dropOrder: 3, hideEmpty: true },
      { title: 'SUBJECT', shrinkTo: 12, dropOrder: 4, hideEmpty: true },
    ],
    repositories.map((each) => {
      const last = each.deployments[0];
      return [
        each.name,
        each.watch?.url ?? 'pushes',
        deploysOf(each),
        stateOf(each, now),
        last === undefined ? '' : shortCommit(last.commit),
        last?.subject ?? '',
      ];
    }),
  );
}

/** All that is known of a repository, and what was deployed from it; `url` is the node's. */
export function printRepository(view: RepositoryView, url: string): void {
  const now = Date.now();
  const { watch, deployments } = view;
  const pairs: [string, string][] = [
    ['repository', `${view.name}, created ${formatAgo(Date.parse(view.createdAt), now)} by ${view.by}`],
    ...optional('description', view.description),
    ...(watch === undefined ? optional('push to', `${url}${view.path}`) : optional('watches', watch.url)),
    ['deploys', deploysOf(view)],
    ['without a fob.yaml', `the whole tree is the function ${view.function}`],
    ...optional('environment', view.environment),
  ];
  if (watch !== undefined) {
    const next = watch.nextAtMs === undefined ? 'soon' : `in ${formatDuration(Math.max(0, watch.nextAtMs - now))}`;
    const checked = watch.checkedAt === undefined ? 'not yet' : formatAgo(Date.parse(watch.checkedAt), now);
    pairs.push(
      ['looked', `${checked}; next ${next}, else every ${formatDuration(watch.pollMs)}`],
      [
        'state',
        watch.state === 'failing'
          ? `failing${watch.failures > 1 ? `, ${watch.failures} times in a row` : ''}: ${watch.error ?? ''}`
          : watch.state,
      ],
      ['credential', watch.hasCredential ? 'is kept' : 'none'],
      ['webhook', `${url}${watch.hookPath}`],
    );
  }
  printPairs(pairs);
  if (deployments.length === 0) return note('\nnothing was deployed from it yet');
  print('');
  printTable(
    [
      { title: 'WHEN' },
      { title: 'STATE', decorate: (cell, value) => paint(value === 'failed' ? 'red' : 'green', cell) },
      { title: 'REF', shrinkTo: 10, dropOrder: 2 },
      { title: 'COMMIT' },
      { title: 'TOOK', align: 'right', dropOrder: 3 },
      { title: 'BY', shrinkTo: 8, dropOrder: 1 },
      { title: 'SUBJECT, OR WHY NOT', shrinkTo: 20 },
    ],
    deployments.map((each) => [
      formatAgo(Date.parse(each.at), now),
      each.state,
      each.ref.replace(/^refs\/(heads|tags)\//, ''),
      shortCommit(each.commit),
      formatDuration(each.durationMs),
      each.by,
      each.error ?? each.subject,
    ]),
  );
  note(`\nwhat the last one printed: fob repo show ${view.name} --log`);
}

/** A commit as one writes it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, SHORT);
}

function deploysOf({ watch, branch }: RepositoryView): string {
  return watch === undefined ? `branch ${branch || 'main, or master'}` : followed(watch);
}

/** What of another repository deploys here, in words. */
export function followed({ branch, tag }: NonNullable<RepositoryView['watch']>): string {
  if (tag !== undefined) return `tags ${tag}`;
  return branch === undefined ? 'the default branch' : `branch ${branch}`;
}

function stateOf({ watch, deployments }: RepositoryView, now: number): string {
  if (watch?.state === 'failing') return cutText(`failing: ${watch.error ?? ''}`, MAX_STATE);
  const last = deployments[0];
  return last === undefined ? 'nothing yet' : `${last.state} ${formatAgo(Date.parse(last.at), now)}`;
}

function optional(name: string, value: string): [string, string][] {
  return value === '' ? [] : [[name, value]];
}
