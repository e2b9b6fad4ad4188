import type { Clock } from '../../model/clock.ts';
import type { AuditOutcome, AuditSource, AuditTrail } from '../../store/audit-trail.ts';

/**
 * Where everything that changes the node, and every attempt that was refused, is written down. `record` returns at once; the entry is on
 * disk some ten milliseconds later (see `AuditTrail` for what a crash can lose).
 *
 * Refusals that repeat are counted: the first is an entry at once, the others of the same minute are one entry with their number
 * at its end. Who tries many different things is one of them, too, from the fiftieth within a minute on. A crash can lose such
 * a count, never the first entry.
 */
export interface Audit {
  record(happening: Happening): void;
  /** Writes what is counted and not yet written. */
  close(): void;
}

export interface Happening {
  /** A user's name, `team <name>`, `operator`, `anonymous`, or what acts by itself: `fob`, `release`, `git:<repository>`. */
  readonly actor: string;
  /** A permission, such as `function:deploy`, or a word of one's own, such as `release:rollback`. */
  readonly action: string;
  /** `function:pay`, `user:ada`, or `*`. */
  readonly subject: string;
  readonly outcome?: AuditOutcome;
  readonly from?: AuditSource;
  /** As it was and as it is, as far as it differs; never a secret, nor a value of an environment. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

const WINDOW_MS = 60_000;
/** Different refusals of one caller within a window that are told apart, and of all callers. */
const MAX_OF_CALLER = 50;
const MAX_COUNTED = 2_000;
const MAX_DETAILS_BYTES = 16_384;
const MAX_TEXT = 512;
/** What stands for many. */
const MANY = '(many)';

interface Counted {
  readonly happening: Happening;
  readonly firstMs: number;
  lastMs: number;
  repeats: number;
}

export function createAudit({
  trail,
  clock,
}: {
  readonly trail: Pick<AuditTrail, 'append'>;
  readonly clock: Clock;
}): Audit {
  const counted = new Map<string, Counted>();
  const ofCaller = new Map<string, number>();
  let cancelTimer: (() => void) | undefined;

  const write = (happening: Happening, details: Readonly<Record<string, unknown>> = {}): void => {
    const { actor, action, subject, outcome = 'done', from, before, after } = happening;
    trail.append({
      timeMs: clock.now(),
      actor: bounded(actor),
      action: bounded(action),
      subject: bounded(subject),
      outcome,
      ...(from !== undefined && { from: boundedSource(from) }),
      details: boundedDetails({
        ...happening.details,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
        ...details,
      }),
    });
  };

  const writeCounts = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    for (const { happening, firstMs, lastMs, repeats } of counted.values()) {
      if (repeats > 0) write(happening, { repeats, from: iso(firstMs), to: iso(lastMs) });
    }
    counted.clear();
    ofCaller.clear();
  };

  const refuse = (happening: Happening): void => {
    const { actor, action, subject, from } = happening;
    const caller = `${actor}\n${from?.address ?? ''}`;
    let key = `${caller}\n${action}\n${subject}`;
    let told = happening;
    const nowMs = clock.now();
    if (!counted.has(key)) {
      const others = ofCaller.get(caller) ?? 0;
      if (counted.size >= MAX_COUNTED) {
        key = MANY;
        told = { ...happening, actor: MANY, action: MANY, subject: MANY };
      } else if (others >= MAX_OF_CALLER) {
        key = caller;
        told = { ...happening, action: MANY, subject: MANY };
      } else ofCaller.set(caller, others + 1);
    }
    const known = counted.get(key);
    if (known !== undefined) {
      known.repeats++;
      known.lastMs = nowMs;
      return;
    }
    counted.set(key, { happening: told, firstMs: nowMs, lastMs: nowMs, repeats: 0 });
    cancelTimer ??= clock.after(WINDOW_MS, writeCounts);
    write(told);
  };

  return {
    record: (happening) => (happening.outcome === 'denied' ? refuse(happening) : write(happening)),
    close: writeCounts,
  };
}

function bounded(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function boundedSource(from: AuditSource): AuditSource {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, bounded(String(value))]));
}

/** Who makes an entry too large loses what is in it, and not that it happened. */
function boundedDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const bytes = Buffer.byteLength(JSON.stringify(details));
  return bytes <= MAX_DETAILS_BYTES ? details : { omitted: `${bytes} bytes of details` };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
