import { useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { Creation } from './creation.ts';
import { leaveMaking, type Making, make, makeNext, useMaking } from './making.ts';

export interface Deployment extends Pick<Making, 'state' | 'tasks'> {
  readonly lead: string;
  /** Makes all of it, or, after a failure, what is not made yet. */
  readonly start: () => void;
  /** Back to the steps, to change something; what was made stays. */
  readonly leave: () => void;
}

/** So long what was made can be read before its page is gone to. */
const LOOK_MS = 900;
const LEADS = {
  idle: '',
  running: 'It is being made',
  failed: 'Something was refused. What was made before it stays, and is not made twice',
  done: 'All is made',
};

/** Makes what was written, one thing after the other, and goes to the function's page at the end. */
export function useDeployment(creation: Creation, forget: () => void): Deployment {
  const { state, tasks } = useMaking();
  const navigate = useNavigate();
  const name = creation.draft.parts.functions[0]?.name ?? '';
  useEffect(() => {
    if (state !== 'done') return;
    forget();
    const timer = window.setTimeout(() => void navigate(`/functions/${encodeURIComponent(name)}`), LOOK_MS);
    return () => window.clearTimeout(timer);
  }, [state, name, navigate, forget]);
  const { key } = useLocation();
  const doneAt = useRef(key);
  useEffect(() => {
    if (state !== 'done') doneAt.current = key;
    // Who comes here again before that page is there wants to make something else.
    else if (doneAt.current !== key) makeNext();
  }, [state, key]);
  return { state, tasks, lead: LEADS[state], start: () => void make(creation, forget), leave: leaveMaking };
}
