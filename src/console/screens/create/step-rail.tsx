import { VisuallyHidden } from '@mantine/core';
import { IconAlertTriangleFilled, IconCircleCheckFilled } from '@tabler/icons-react';
import { useCreation } from './context.tsx';
import classes from './rail.module.css';
import { STEPS, type StepId } from './step-list.ts';
import { summaryOf } from './summary.ts';

interface StepRailProps {
  readonly step: StepId;
  readonly faultsOf: (step: StepId) => readonly string[];
}

/** All steps with what was chosen in each; any of them can be gone to at any time. */
export function StepRail({ step, faultsOf }: StepRailProps) {
  const { draft, go } = useCreation();
  return (
    <nav aria-label="Steps" className={classes.rail}>
      <ol>
        {STEPS.map(({ id, title }, at) => {
          const isSeen = draft.seen.includes(id);
          const state = !isSeen || id === 'review' ? 'open' : faultsOf(id).length > 0 ? 'faulty' : 'done';
          return (
            <li key={id}>
              <button
                type="button"
                className={classes.railStep}
                data-state={state}
                aria-current={id === step ? 'step' : undefined}
                onClick={() => go(id)}
              >
                <span className={classes.sign}>
                  {state === 'done' ? (
                    <IconCircleCheckFilled size={20} aria-hidden />
                  ) : state === 'faulty' ? (
                    <IconAlertTriangleFilled size={20} aria-hidden />
                  ) : (
                    <span className={classes.number} aria-hidden>
                      {at + 1}
                    </span>
                  )}
                </span>
                <span className={classes.railWords}>
                  <span className={classes.railTitle}>{title}</span>
                  <span className={classes.railSummary}>{summaryOf(id, draft)}</span>
                  <VisuallyHidden component="span">
                    {state === 'done' ? ', done' : state === 'faulty' ? ', something is missing' : ''}
                  </VisuallyHidden>
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
