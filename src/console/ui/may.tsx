import { Tooltip } from '@mantine/core';
import { type CSSProperties, cloneElement, type MouseEvent, type ReactElement } from 'react';
import { type Target, useMay } from '../api/may.ts';

/** What a control has that `May` changes. */
interface ControlProps {
  readonly style?: CSSProperties;
  readonly onClick?: (event: MouseEvent) => void;
  readonly 'aria-disabled'?: boolean;
  readonly 'data-disabled'?: boolean;
}

/** What somebody needs for something. */
export interface Permission {
  readonly action: string;
  /** `secret:mail`, or `ANY` for what is not there yet; absent for what there is one of. */
  readonly on?: Target;
}

interface MayProps extends Permission {
  /** Leaves it out for who may not, where nobody would look for it; else it stands there and says why not. */
  readonly orAbsent?: boolean;
  /** One button, icon or item of a menu. */
  readonly children: ReactElement<ControlProps>;
}

/**
 * A control for those who may do what it does: `<May action="secret:write" on={ANY}><Button …/></May>`. For others it is off,
 * but can have the focus, and then says what is missing. While that is not known its place is kept.
 */
export function May({ action, on, orAbsent = false, children }: MayProps) {
  const { allowed, reason } = useMay(action, on);
  if (allowed === true) return children;
  if (allowed === undefined) {
    return cloneElement(children, { style: { ...children.props.style, visibility: 'hidden' } });
  }
  if (orAbsent) return null;
  return (
    <Tooltip label={reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      {cloneElement(children, {
        'aria-disabled': true,
        'data-disabled': true,
        onClick: (event) => event.preventDefault(),
      })}
    </Tooltip>
  );
}
