import { formatCount, formatMb, formatShare } from '../../ui/format.ts';
import classes from './nodes.module.css';
import { type SandboxView, STATES } from './sandbox.ts';

interface MemoryBarProps {
  readonly sandboxes: readonly SandboxView[];
  /** What all of them may take together; 0: not known. */
  readonly budgetMb: number;
  /** The state that is looked at; empty: all. */
  readonly chosen: string;
  readonly onChoose: (state: string) => void;
}

/** The memory that is given away, by what sandboxes do, beside what is left of the budget. Its legend narrows the table. */
export function MemoryBar({ sandboxes, budgetMb, chosen, onChoose }: MemoryBarProps) {
  const parts = STATES.map((each) => {
    const those = sandboxes.filter(({ state }) => state === each.state);
    return { ...each, count: those.length, mb: those.reduce((sum, { memoryMb }) => sum + memoryMb, 0) };
  });
  const given = parts.reduce((sum, { mb }) => sum + mb, 0);
  const whole = Math.max(budgetMb, given, 1);
  return (
    <div>
      <p className={classes.budget}>
        <strong>{formatMb(given)}</strong> given to {formatCount(sandboxes.length)} sandboxes
        {budgetMb > 0 && ` of ${formatMb(budgetMb)} (${formatShare(given / budgetMb)})`}
      </p>
      <div className={classes.bar} aria-hidden>
        {parts.map(({ state, mb, color }) =>
          mb === 0 ? null : (
            <span
              key={state}
              style={{ flexGrow: mb, background: color }}
              data-dim={chosen !== '' && chosen !== state}
            />
          ),
        )}
        <span style={{ flexGrow: whole - given }} />
      </div>
      <ul className={classes.legend} aria-label="Sandboxes by state">
        {parts.map(({ state, title, count, mb, color, meaning }) =>
          count === 0 && state !== chosen ? null : (
            <li key={state}>
              <button
                type="button"
                aria-pressed={chosen === state}
                title={meaning}
                onClick={() => onChoose(chosen === state ? '' : state)}
              >
                <i style={{ background: color }} aria-hidden />
                {title} <b>{formatCount(count)}</b>
                <small>{formatMb(mb)}</small>
              </button>
            </li>
          ),
        )}
      </ul>
    </div>
  );
}
