import classes from './nodes.module.css';

interface MeterProps {
  /** What is used, in words. */
  readonly words: string;
  /** Of how much; left out where there is little room. */
  readonly of?: string;
  /** Of all that there is: 0 to 1. */
  readonly share: number;
  /** From which share on it is drawn in the colour of what is wrong. */
  readonly highFrom?: number;
}

/** How much of something is used: a bar beside its number. */
export function Meter({ words, of, share, highFrom = 0.9 }: MeterProps) {
  return (
    <span className={classes.meter}>
      <span className={classes.figure}>
        {words} {of !== undefined && <span className={classes.wide}>{of}</span>}
      </span>
      <span className={classes.track} aria-hidden>
        <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} data-high={share >= highFrom} />
      </span>
    </span>
  );
}
