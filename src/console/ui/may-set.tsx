import type { ReactNode } from 'react';
import { useMay } from '../api/may.ts';
import type { Permission } from './may.tsx';
import classes from './may-set.module.css';

/** Fields for those who may save what they say. For others they are off, as legible as ever, below what is missing. */
export function MaySet({ action, on, children }: Permission & { readonly children: ReactNode }) {
  const { allowed, reason } = useMay(action, on);
  return (
    <>
      {reason !== undefined && <p className={classes.reason}>{reason}</p>}
      <fieldset disabled={allowed !== true} className={classes.fields}>
        {children}
      </fieldset>
    </>
  );
}
