import type { AlertRule, AlertView, Severity } from '../../model/alert.ts';
import { paint } from '../output.ts';

/** What the API answers of alerts. */
export type { AlertView };

export interface RuleAnswer extends AlertRule {
  readonly name: string;
  readonly revision: number;
  readonly createdAtMs: number;
  readonly by: string;
  readonly firing: readonly string[];
}

export interface ChannelAnswer {
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly least: Severity;
  readonly deliveredAtMs?: number;
  readonly lastError?: { readonly message: string; readonly atMs: number };
  readonly waiting: number;
  readonly secret?: string;
}

export interface RoutingAnswer {
  /** 0 where it was never set. */
  readonly revision: number;
  readonly default: readonly string[];
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

export interface SilenceAnswer {
  readonly id: string;
  readonly alert?: string;
  readonly function?: string;
  readonly owner?: string;
  readonly tag?: string;
  readonly reason: string;
  readonly by: string;
  readonly untilMs: number;
}

export interface FiringAnswer {
  readonly firingId: string;
  readonly id: string;
  readonly severity: Severity;
  readonly sinceMs: number;
  readonly resolvedMs?: number;
  readonly worst: string;
  readonly limit: string;
  readonly cause?: string;
  readonly acknowledgedBy?: string;
}

export interface DefaultsAnswer {
  readonly defaults: readonly {
    readonly name: string;
    readonly description: string;
    readonly enabled: boolean;
    readonly when: string;
    readonly severity: Severity;
    readonly criticalWhen?: string;
  }[];
  readonly changes: readonly { readonly scope: string; readonly rules: Readonly<Record<string, object>> }[];
}

const COLOURS = { info: 'cyan', warning: 'yellow', critical: 'red' } as const;

export function paintSeverity(cell: string, severity: string): string {
  const colour = COLOURS[severity.trim() as Severity];
  return colour === undefined ? cell : paint(colour, cell);
}

/** The path of an alert, a rule or a channel, its name as it may stand in one. */
export function alertPath(...parts: readonly string[]): string {
  return ['/v1/alerts', ...parts.map(encodeURIComponent)].join('/');
}
