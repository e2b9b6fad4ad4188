import { formatDuration } from '../../../ui/format.ts';
import { Panel } from '../../../ui/panel.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { type Run, TONES, wordOf } from './run.ts';
import classes from './test.module.css';

interface HistoryProps {
  readonly runs: readonly Run[];
  readonly shown: Run | undefined;
  readonly onShow: (run: Run) => void;
}

/** The runs since the page was opened, the newest first. */
export function History({ runs, shown, onShow }: HistoryProps) {
  return (
    <Panel title="Runs of this sitting" flush>
      <ul className={classes.history}>
        {runs.map((run) => (
          <li key={`${run.atMs}/${run.invocationId}`}>
            <button type="button" aria-current={run === shown || undefined} onClick={() => onShow(run)}>
              <StatusBadge tone={TONES[wordOf(run)]} plain>
                {wordOf(run)}
              </StatusBadge>
              <span>{run.target}</span>
              <span>{run.version !== undefined && `version ${run.version}`}</span>
              <span>{run.durationMs !== undefined && formatDuration(run.durationMs)}</span>
              <Time at={run.atMs} />
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
