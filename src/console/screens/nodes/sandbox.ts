import type { Api } from '../../api/types.gen.ts';
import type { Tone } from '../../ui/status-badge.tsx';

export type SandboxView = Api['GET /v1/sandboxes']['answer']['sandboxes'][number];
type SandboxState = SandboxView['state'];

/** A sandbox, with the share of a core that it took lately. */
export interface MeasuredSandbox extends SandboxView {
  readonly cpuCores?: number | undefined;
}

/** States in the order in which they matter, in words, and in the colour that stands for each. */
export const STATES: readonly {
  readonly state: SandboxState;
  readonly title: string;
  readonly tone: Tone;
  readonly color: string;
  readonly meaning: string;
}[] = [
  { state: 'busy', title: 'busy', tone: 'busy', color: 'var(--fob-chart-1)', meaning: 'runs an invocation' },
  { state: 'loading', title: 'loading', tone: 'busy', color: 'var(--fob-chart-2)', meaning: 'loads a function' },
  {
    state: 'idle',
    title: 'warm',
    tone: 'good',
    color: 'var(--fob-chart-4)',
    meaning: 'has its function loaded and waits',
  },
  {
    state: 'frozen',
    title: 'frozen',
    tone: 'info',
    color: 'var(--fob-chart-3)',
    meaning: 'warm, and takes no CPU until the next invocation',
  },
  {
    state: 'prewarmed',
    title: 'prewarmed',
    tone: 'quiet',
    color: 'var(--fob-line-strong)',
    meaning: 'booted, for any function of its runtime',
  },
  { state: 'ending', title: 'ending', tone: 'quiet', color: 'var(--fob-chart-5)', meaning: 'takes nothing more' },
];

export function stateOf(state: SandboxState) {
  return STATES.find((each) => each.state === state)!;
}

/** Shares of a core that sandboxes took between two measurements, by their ids. */
export function cpuBetween(
  before: ReadonlyMap<string, NonNullable<SandboxView['usage']>>,
  after: readonly SandboxView[],
): Map<string, number> {
  const found = new Map<string, number>();
  for (const { sandboxId, usage } of after) {
    const old = before.get(sandboxId);
    if (usage === undefined || old === undefined || usage.atMs <= old.atMs) continue;
    found.set(sandboxId, Math.max(0, usage.cpuMs - old.cpuMs) / (usage.atMs - old.atMs));
  }
  return found;
}
