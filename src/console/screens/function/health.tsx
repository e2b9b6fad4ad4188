import { Anchor, Skeleton } from '@mantine/core';
import { useRef } from 'react';
import { Link } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import type { FunctionView, TopEntry } from '../../api/things.ts';
import { formatCount } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time, useNow } from '../../ui/time.tsx';
import { HEALTH, healthOf, recoveryOf } from '../functions/health.ts';
import { MEASURES } from '../people/quotas/quota.ts';
import classes from './function.module.css';

/** Quotas beyond which invocations are refused. */
const REFUSING = ['invocationsPerDay', 'gbSecondsPerMonth'];

/** How a function does; where it recovers or is held back, why. */
export function Health({ view }: { readonly view: FunctionView }) {
  const { name, config } = view;
  const { data, isFetching } = useApi(
    '/v1/top',
    { query: { window: '10m', filter: name, limit: 5_000 } },
    { retry: false, refetchOnMount: 'always' },
  );
  const now = useNow();
  const isKnown = useRef(false);
  isKnown.current ||= !isFetching;
  // What is left of an earlier visit may be over by now: its place is kept until the node has said.
  if (!isKnown.current) return <Skeleton width="5.5rem" height="1.25rem" radius="xl" aria-hidden />;
  if (data === undefined) return null;
  const own = data.functions.find((each) => each.function === name);
  const health = healthOf(own);
  const { word, tone } = HEALTH[health];
  return (
    <>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      {own !== undefined && (
        <span className={classes.why}>
          {health === 'recovering' && recoveryOf(own, now)}
          {health === 'throttled' && <Refused top={own} config={config} />}
        </span>
      )}
    </>
  );
}

/** Why invocations are refused: where no quota is used up now, it is not known which limit it was. */
function Refused({ top, config }: { readonly top: TopEntry; readonly config: FunctionView['config'] }) {
  const { data } = useApi('/v1/quota-usage', { query: { team: config.owner || '-' } }, { retry: false });
  const used = data?.teams[0]?.uses.find(({ measure, state }) => state === 'exceeded' && REFUSING.includes(measure));
  const what = `${formatCount(top.throttles)} refused in ten minutes`;
  if (used === undefined)
    return `${what}: by a quota, or as more than ${formatCount(config.maxConcurrency)} were to run at once`;
  return (
    <>
      {what}:{' '}
      <Anchor component={Link} to="/people/quotas" inherit underline="always">
        the quota of {config.owner || 'functions without an owner'} is used up
      </Anchor>
      , {formatCount(used.limit ?? 0)} {MEASURES.find(({ measure }) => measure === used.measure)?.title.toLowerCase()}
      {used.resetsAt !== undefined && (
        <>
          ; it begins anew <Time at={used.resetsAt} />
        </>
      )}
    </>
  );
}
