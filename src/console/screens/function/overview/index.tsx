import { CommandLine } from '../../../ui/command-line.tsx';
import type { FunctionTabProps } from '../tab-props.ts';
import { Failures } from './failures.tsx';
import { Firing } from './firing.tsx';
import { KeyFacts } from './key-facts.tsx';
import { Numbers } from './numbers.tsx';
import classes from './overview.module.css';
import { Serving } from './serving.tsx';
import { Wiring } from './wiring.tsx';

/** What one wants to know of a function at first sight: how it is, what wakes it, where its results go, what went wrong of late. */
export default function Overview({ view }: FunctionTabProps) {
  return (
    <>
      <Firing name={view.name} />
      <Numbers name={view.name} />
      <Wiring view={view} />
      <div className={classes.columns}>
        <div className={classes.stack}>
          <Failures name={view.name} />
          <Serving view={view} />
        </div>
        <KeyFacts view={view} />
      </div>
      <CommandLine words={['show', view.name]} />
    </>
  );
}
