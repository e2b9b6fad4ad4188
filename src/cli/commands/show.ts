import type { Command } from 'commander';
import { sharesText } from '../../model/alias.ts';
import { BYTES_PER_MB } from '../../model/units.ts';
import { aboutFunction, type FunctionView, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatAgo, formatBytes, formatDuration } from '../human.ts';
import { describeOrigin } from '../origin-view.ts';
import { printJson, printPairs } from '../output.ts';

interface SandboxView {
  readonly function?: string;
  readonly state: string;
}

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .addHelpText(
      'after',
      examples(['fob show hello', ''], ['fob show hello --json', 'with the values of its environment']),
    )
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const shown = await aboutFunction(client, name, () => client.json<FunctionView>('GET', functionPath(name)));
      if (optionsOf(self).json) return printJson(shown);
      printPairs(describe(shown, await sandboxesOf(client, shown.name), client.url));
    });
}

/** `undefined` for those who may see the function and not the node, such as by a token of a pipeline. */
async function sandboxesOf(client: NodeClient, name: string): Promise<SandboxView[] | undefined> {
  try {
    const { sandboxes } = await client.json<{ sandboxes: SandboxView[] }>('GET', '/v1/sandboxes');
    return sandboxes.filter((each) => each.function === name);
  } catch (error) {
    if (error instanceof Failure && error.exitCode === EXIT.refused) return undefined;
    throw error;
  }
}

function describe(shown: FunctionView, sandboxes: readonly SandboxView[] | undefined, url: string): [string, string][] {
  const { config, code } = shown;
  const now = Date.now();
  const when = (text: string) => `${text} (${formatAgo(Date.parse(text), now)})`;
  const states = Object.entries(Object.groupBy(sandboxes ?? [], (each) => each.state)).map(
    ([state, group]) => `${group?.length} ${state}`,
  );
  const optional: [string, string][] = [
    ['environment', Object.keys(config.environment).join(', ')],
    ['description', config.description],
    [
      'tags',
      Object.entries(config.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ],
    ['owner', config.owner],
    ['grants', config.grants.join(', ')],
    ['role', config.role],
    [
      'secrets',
      Object.entries(config.secrets)
        .map(([variable, secret]) => `${variable}=${secret}`)
        .join(', '),
    ],
    ['on success', config.onSuccess],
    ['on failure', config.onFailure],
  ];
  return [
    ['name', shown.name],
    ['id', shown.id],
    ['version', `${shown.version} (revision ${shown.revision})${newer(shown)}`],
    ...((shown.aliases ?? []).length === 0
      ? []
      : ([['aliases', shown.aliases!.map(({ name, versions }) => `${name}: ${sharesText(versions)}`).join(', ')]] as [
          string,
          string,
        ][])),
    ['runtime', config.runtime],
    ['handler', config.handler],
    ['memory', formatBytes(config.memoryMb * BYTES_PER_MB)],
    ['timeout', formatDuration(config.timeoutMs)],
    ['concurrency', `${config.maxConcurrency} at most, ${config.sandboxConcurrency} within a sandbox`],
    ['network', [config.network, ...config.networkHosts].join(', ')],
    [
      'events',
      `${config.eventRetries === 1 ? '1 retry' : `${config.eventRetries} retries`} from ${formatDuration(config.eventRetryDelayMs)} on, ${formatDuration(config.eventMaxAgeMs)} at most, ${config.eventConcurrency} at once`,
    ],
    ...optional.filter(([, value]) => value !== ''),
    [
      'code',
      `${code.fileName ?? code.form}, ${formatBytes(code.bytes)}; built: ${count(code.files, 'file')}, ${formatBytes(code.builtBytes)}`,
    ],
    ['sha256', code.sha256],
    ...describeOrigin(shown.origin),
    ['created', when(shown.createdAt)],
    ['updated', when(shown.updatedAt)],
    ...(sandboxes === undefined
      ? []
      : [['sandboxes', states.length === 0 ? 'none' : states.join(', ')] as [string, string]]),
    [
      'call',
      `POST ${url}/v1/functions/${shown.name}/invoke\nGET  ${url}/api/call/${shown.id}\nANY  ${url}/f/${shown.name}/…`,
    ],
  ];
}

/** Says that a newer version than the one that serves was made, as after a rollback. */
function newer({ version, newestVersion = version }: FunctionView): string {
  return newestVersion > version ? `; the newest is ${newestVersion}` : '';
}
