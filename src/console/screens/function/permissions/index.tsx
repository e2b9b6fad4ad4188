import type { FunctionTabProps } from '../tab-props.ts';
import { Allowed } from './allowed.tsx';
import { Ask } from './ask.tsx';
import { Callers } from './callers.tsx';
import classes from './permissions.module.css';

/** Who may invoke the function, what it may do itself, and whether somebody may do something. */
export default function Permissions({ view }: FunctionTabProps) {
  return (
    <div className={classes.columns}>
      <Callers view={view} />
      <div className={classes.stack}>
        <Allowed view={view} />
        <Ask name={view.name} />
      </div>
    </div>
  );
}
