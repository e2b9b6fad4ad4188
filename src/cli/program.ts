import { Command, Help } from 'commander';
import { DEFAULT_URL } from './client.ts';

/** What each file below `commands/` exports: it adds arguments, options, help and the action to its command. */
interface CommandModule {
  define(command: Command): void;
}

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly load: () => Promise<CommandModule>;
}

const FUNCTIONS = 'Functions:';
const PROJECTS = 'Whole projects:';
const RELEASES = 'Releases:';
const SERVICES = 'Backing services:';
const DEVELOP = 'On your machine:';
const OBSERVE = 'What happened:';
const RULES = 'What functions may do, and how much:';
const GOVERN = 'Who may do what:';
const NODE = 'Node:';
const TOOLS = 'Tools:';

/** Every command, in the order of the help; its file is loaded only where the command line names it, so that each starts fast. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'deploy',
    group: FUNCTIONS,
    summary: 'register a file, folder or archive as a function',
    load: () => import('./commands/deploy.ts'),
  },
  {
    name: 'call',
    group: FUNCTIONS,
    summary: 'run a function and print its result',
    load: () => import('./commands/call.ts'),
  },
  { name: 'list', group: FUNCTIONS, summary: 'list all functions', load: () => import('./commands/list.ts') },
  {
    name: 'show',
    group: FUNCTIONS,
    summary: 'show one function: configuration, code, sandboxes',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'set',
    group: FUNCTIONS,
    summary: "change a function's configuration",
    load: () => import('./commands/set.ts'),
  },
  {
    name: 'code',
    group: FUNCTIONS,
    summary: 'print or save exactly what was uploaded',
    load: () => import('./commands/code.ts'),
  },
  { name: 'rm', group: FUNCTIONS, summary: 'remove functions', load: () => import('./commands/rm.ts') },
  {
    name: 'trigger',
    group: FUNCTIONS,
    summary: 'wake functions by schedules, buckets, queues, webhooks and more',
    load: () => import('./commands/trigger.ts'),
  },
  {
    name: 'new',
    group: PROJECTS,
    summary: 'begin a project from a blueprint',
    load: () => import('./commands/new.ts'),
  },
  {
    name: 'plan',
    group: PROJECTS,
    summary: 'say what fob apply would change, and what was changed since',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'apply',
    group: PROJECTS,
    summary: 'make functions, triggers and services as fob.yaml says',
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'repo',
    group: PROJECTS,
    summary: 'Git repositories: push to deploy, watch others',
    load: () => import('./commands/repo.ts'),
  },
  {
    name: 'versions',
    group: RELEASES,
    summary: 'list the versions of a function and what names them',
    load: () => import('./commands/versions.ts'),
  },
  {
    name: 'diff',
    group: RELEASES,
    summary: 'show what two versions differ in',
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'publish',
    group: RELEASES,
    summary: 'keep a version for good',
    load: () => import('./commands/publish.ts'),
  },
  {
    name: 'alias',
    group: RELEASES,
    summary: 'name versions, and share calls between two of them',
    load: () => import('./commands/alias.ts'),
  },
  {
    name: 'release',
    group: RELEASES,
    summary: 'release a version gradually, watched, and back by itself',
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'rollback',
    group: RELEASES,
    summary: 'go back to the version before',
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'dev',
    group: DEVELOP,
    summary: 'run a function while you write it: a node of its own, each change deployed at once',
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'check',
    group: DEVELOP,
    summary: 'test functions by the files beside their code, in real sandboxes',
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'event',
    group: DEVELOP,
    summary: 'samples of the events that wake functions, and events kept to test with',
    load: () => import('./commands/event.ts'),
  },
  {
    name: 'bucket',
    group: SERVICES,
    summary: 'keep objects in buckets, as S3 has them',
    load: () => import('./commands/bucket.ts'),
  },
  {
    name: 'queue',
    group: SERVICES,
    summary: 'queues: send, receive, look after messages',
    load: () => import('./commands/queue.ts'),
  },
  {
    name: 'topic',
    group: SERVICES,
    summary: 'topics: publish, subscribe',
    load: () => import('./commands/topic.ts'),
  },
  {
    name: 'kv',
    group: SERVICES,
    summary: 'key-value spaces: set, get, list',
    load: () => import('./commands/kv.ts'),
  },
  {
    name: 'key',
    group: SERVICES,
    summary: 'access keys for S3 clients',
    load: () => import('./commands/key.ts'),
  },
  {
    name: 'status',
    group: OBSERVE,
    summary: 'show how the platform keeps its own objectives',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'top',
    group: OBSERVE,
    summary: 'watch functions and the node live',
    load: () => import('./commands/top.ts'),
  },
  {
    name: 'map',
    group: OBSERVE,
    summary: 'show which trigger wakes what, and which function calls what',
    load: () => import('./commands/map.ts'),
  },
  {
    name: 'alert',
    group: OBSERVE,
    summary: 'what goes wrong, why, and who is told: rules, channels, silences',
    load: () => import('./commands/alert.ts'),
  },
  {
    name: 'logs',
    group: OBSERVE,
    summary: 'print what functions logged, or follow it',
    load: () => import('./commands/logs.ts'),
  },
  { name: 'runs', group: OBSERVE, summary: 'list invocations, or show one', load: () => import('./commands/runs.ts') },
  {
    name: 'trace',
    group: OBSERVE,
    summary: 'show where the time of an invocation went, and of all that it caused',
    load: () => import('./commands/trace.ts'),
  },
  {
    name: 'metrics',
    group: OBSERVE,
    summary: 'show what was measured: calls, errors, durations, memory',
    load: () => import('./commands/metrics.ts'),
  },
  {
    name: 'events',
    group: OBSERVE,
    summary: 'list events that wait or could not be delivered; retry, redrive, drop them',
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'replay',
    group: OBSERVE,
    summary: 'run a recorded invocation again, with any version, and see what differs',
    load: () => import('./commands/replay.ts'),
  },
  { name: 'stats', group: OBSERVE, summary: 'show what the node does now', load: () => import('./commands/stats.ts') },
  {
    name: 'secret',
    group: RULES,
    summary: 'secrets: give them to functions, change them',
    load: () => import('./commands/secret.ts'),
  },
  {
    name: 'execution-role',
    group: RULES,
    summary: 'what functions may touch, by a role that they share',
    load: () => import('./commands/execution-role.ts'),
  },
  { name: 'access', group: RULES, summary: 'who may invoke a function', load: () => import('./commands/access.ts') },
  {
    name: 'policy',
    group: RULES,
    summary: 'what is demanded of functions; check before deploying',
    load: () => import('./commands/policy.ts'),
  },
  {
    name: 'quota',
    group: RULES,
    summary: 'how much teams may have and do, and what they have used',
    load: () => import('./commands/quota.ts'),
  },
  {
    name: 'login',
    group: GOVERN,
    summary: 'log in at a node, and keep the token',
    load: () => import('./commands/login.ts'),
  },
  { name: 'logout', group: GOVERN, summary: 'forget the token of a node', load: () => import('./commands/logout.ts') },
  {
    name: 'whoami',
    group: GOVERN,
    summary: 'say as whom you talk to a node',
    load: () => import('./commands/whoami.ts'),
  },
  {
    name: 'user',
    group: GOVERN,
    summary: 'users who may talk to a node; the first one administers it',
    load: () => import('./commands/user.ts'),
  },
  {
    name: 'team',
    group: GOVERN,
    summary: 'teams of users, who own functions together',
    load: () => import('./commands/team.ts'),
  },
  {
    name: 'role',
    group: GOVERN,
    summary: 'roles: what users and teams may do',
    load: () => import('./commands/role.ts'),
  },
  {
    name: 'token',
    group: GOVERN,
    summary: 'tokens of users, and of teams for their pipelines',
    load: () => import('./commands/token.ts'),
  },
  {
    name: 'can',
    group: GOVERN,
    summary: 'say whether somebody may do something, and why',
    load: () => import('./commands/can.ts'),
  },
  {
    name: 'audit',
    group: GOVERN,
    summary: 'who changed what, and what was refused',
    load: () => import('./commands/audit.ts'),
  },
  { name: 'up', group: NODE, summary: 'start a node on this machine', load: () => import('./commands/up.ts') },
  {
    name: 'doctor',
    group: NODE,
    summary: 'explain what works on this machine and what does not',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'backup',
    group: NODE,
    summary: "save all of a running node's data to a file",
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    group: NODE,
    summary: "replace all of a running node's data by a backup",
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'test',
    group: TOOLS,
    summary: 'check the project itself: types, style, tests',
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'bench',
    group: TOOLS,
    summary: 'measure fob beside its peers on this machine',
    load: () => import('./commands/bench.ts'),
  },
  {
    name: 'completion',
    group: TOOLS,
    summary: 'print a completion script for a shell',
    load: () => import('./commands/completion.ts'),
  },
  { name: 'version', group: TOOLS, summary: 'print the version', load: () => import('./commands/version.ts') },
];

const HELP_END = `
Exit codes: 0 done, 1 the function failed, 2 wrong usage, 3 not found,
4 no node answers, 5 refused or impossible, 6 there are changes (fob plan).

First steps: ./fob up, then in another terminal:
./fob deploy examples/hello-python

Each command has examples: fob help deploy, fob alert channel add --help`;

/** The whole command line; the commands in `wanted` are loaded, the others are known by name and summary. */
export async function createProgram(wanted: ReadonlySet<string> | 'all'): Promise<Command> {
  const program = new Command('fob')
    .description('Flock of Birds: the serverless platform that you own')
    .usage('<command> [options]')
    .option('--url <url>', 'the node to talk to (FOB_URL)', process.env.FOB_URL || DEFAULT_URL)
    .option('--token <token>', 'credential of the node (FOB_TOKEN)')
    .option('--json', 'print JSON, for scripts')
    .helpOption('-h, --help', 'show help')
    .commandsGroup(TOOLS)
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: process.stdout.columns || 80,
      minWidthToWrap: 24,
      visibleCommands,
    })
    .showHelpAfterError('(fob --help shows all commands)')
    .addHelpText('after', HELP_END)
    .exitOverride();
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).helpGroup(entry.group);
    command.description(sentence(entry.summary));
    if (wanted === 'all' || wanted.has(entry.name)) (await entry.load()).define(command);
    pointToHelp(command, `fob ${entry.name}`);
  }
  return program;
}

/** What is wrong with a command line ends with the help of just that command. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows how to use it)`);
  for (const each of command.commands) pointToHelp(each, `${path} ${each.name()}`);
}

/** The help command is listed once, by the program itself. */
function visibleCommands(this: Help, command: Command): Command[] {
  const visible = Help.prototype.visibleCommands.call(this, command);
  return command.parent === null ? visible : visible.filter((each) => each.name() !== 'help');
}

function sentence(summary: string): string {
  return `${summary[0]!.toUpperCase()}${summary.slice(1)}.`;
}
