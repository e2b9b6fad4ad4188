import type { Command } from 'commander';
import { BYTES_PER_MB } from '../../model/units.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { count, formatAge, formatBytes, formatDuration } from '../human.ts';
import { paint, print, printJson, printPairs, printTable } from '../output.ts';

interface NodeAnswer {
  readonly version: string;
  readonly state: string;
  readonly uptimeMs: number;
  readonly sandbox: string;
  readonly functions: number;
  readonly load: {
    readonly inFlight: number;
    readonly waiting: number;
    readonly sandboxes: number;
    readonly memoryBudgetMb: number;
    readonly memoryReservedMb: number;
  };
  readonly memory: { readonly rss: number };
  readonly journal: {
    readonly invocations: number;
    readonly logLines: number;
    readonly bytes: number;
    readonly dropped: number;
  };
}

interface Pool {
  readonly runtime: string;
  readonly memoryMb: number;
  readonly ready: number;
  readonly target: number;
}

interface SandboxView {
  readonly sandboxId: string;
  readonly runtime: string;
  readonly state: string;
  readonly function?: string;
  readonly memoryMb: number;
  readonly inFlight: number;
  readonly served: number;
  readonly startedAtMs: number;
}

export function define(command: Command): void {
  command
    .description('Shows what the node does now: load, memory, prewarmed sandboxes, and every sandbox that exists.')
    .addHelpText('after', examples(['fob stats', ''], ['watch -n 2 fob stats', 'again and again']))
    .action(async (_options, self: Command) => {
      const client = await clientOf(self);
      const [node, { pools }, { sandboxes }] = await Promise.all([
        client.json<NodeAnswer>('GET', '/v1/node'),
        client.json<{ pools: Pool[] }>('GET', '/v1/pools'),
        client.json<{ sandboxes: SandboxView[] }>('GET', '/v1/sandboxes'),
      ]);
      if (optionsOf(self).json) return printJson({ node, pools, sandboxes });
      const { load, journal } = node;
      printPairs([
        ['node', `${client.url}, version ${node.version}, ${node.state} for ${formatDuration(node.uptimeMs)}`],
        ['functions', String(node.functions)],
        ['calls', `${load.inFlight} in flight, ${load.waiting} waiting`],
        [
          'memory',
          `${formatBytes(load.memoryReservedMb * BYTES_PER_MB)} of ${formatBytes(load.memoryBudgetMb * BYTES_PER_MB)} for sandboxes; the node itself ${formatBytes(node.memory.rss)}`,
        ],
        [
          'prewarmed',
          pools.map((pool) => `${pool.runtime} ${pool.memoryMb} MB ${pool.ready} of ${pool.target}`).join(', ') ||
            'none',
        ],
        [
          'records',
          `${count(journal.invocations, 'invocation')}, ${count(journal.logLines, 'log line')}, ${formatBytes(journal.bytes)}${journal.dropped > 0 ? `, ${journal.dropped} dropped` : ''}`,
        ],
        ['isolation', node.sandbox],
      ]);
      if (sandboxes.length > 0) {
        print('');
        printSandboxes(sandboxes);
      }
    });
}

function printSandboxes(sandboxes: readonly SandboxView[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'SANDBOX', shrinkTo: 8, dropOrder: 2 },
      { title: 'FUNCTION', shrinkTo: 8 },
      { title: 'RUNTIME' },
      { title: 'STATE', decorate: (cell, state) => (state === 'busy' ? paint('green', cell) : cell) },
      { title: 'MEMORY', align: 'right', dropOrder: 3 },
      { title: 'NOW', align: 'right', dropOrder: 4 },
      { title: 'SERVED', align: 'right' },
      { title: 'AGE', align: 'right', dropOrder: 1 },
    ],
    sandboxes.map((each) => [
      each.sandboxId,
      each.function ?? '',
      each.runtime,
      each.state,
      formatBytes(each.memoryMb * BYTES_PER_MB),
      String(each.inFlight),
      String(each.served),
      formatAge(each.startedAtMs, now),
    ]),
  );
}
