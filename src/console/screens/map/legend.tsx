import classes from './map.module.css';

/** What the signs of the map mean. */
export function Legend() {
  return (
    <div className={classes.legend}>
      <span>
        <svg width="12" height="12" aria-hidden>
          <circle cx="6" cy="6" r="4" fill="var(--fob-chart-1)" />
        </svg>
        an invocation that just ended
      </span>
      <span>
        <svg width="12" height="12" aria-hidden>
          <path d="M2 2L10 10M10 2L2 10" stroke="var(--fob-chart-bad)" strokeWidth="2.2" />
        </svg>
        one that failed
      </span>
      <span>
        <svg width="34" height="8" aria-hidden>
          <path d="M0 4H34" stroke="var(--fob-chart-bad)" strokeWidth="2.5" strokeDasharray="11 4" />
        </svg>
        errors
      </span>
      <span>
        <svg width="34" height="8" aria-hidden>
          <path d="M0 4H34" stroke="var(--fob-muted)" strokeWidth="1.2" strokeDasharray="2 4" />
        </svg>
        configured, silent
      </span>
      <span>The thicker a line, the more goes along it.</span>
    </div>
  );
}
