import { IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import type { AlertView, Lane, TopEntry } from '../../api/things.ts';
import { useTop } from '../../api/top.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { formatCount, formatShare } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge, type Tone, toneOf } from '../../ui/status-badge.tsx';
import { Time, useNow } from '../../ui/time.tsx';
import { isRecovering, recoveryOf } from '../functions/health.ts';
import { alertInWords } from './alert-words.ts';
import classes from './home.module.css';

/** A function that fails this often, of so many invocations, is worth a look before an alert says so. */
const FAILING_SHARE = 0.05;
const FEWEST_INVOCATIONS = 10;
/** Alerts by these rules say the same as a function's share of errors, or its dead events, with more behind it. */
const ERRORS_RULE = 'errors';
const DEAD_RULE = 'dead-events';
/** Things that are shown at once. */
const MOST = 8;

interface Matter {
  readonly key: string;
  readonly tone: Tone;
  readonly word: string;
  readonly name: string;
  readonly to: string;
  readonly what: string;
  /** Where more is said of just this. */
  readonly why?: string;
  /** The likely cause. */
  readonly cause?: string;
  readonly sinceMs?: number;
}

/** Alerts that fire, functions that fail or are held back, events that nobody could deliver. */
export function Attention() {
  const alerts = useApi('/v1/alerts', undefined, { retry: false });
  const top = useTop('5m');
  const lanes = useApi('/v1/lanes', undefined, { retry: false });
  const now = useNow();
  const isAlerted = (name: string, byRule: string) =>
    alerts.data?.alerts.some((alert) => alert.rule === byRule && alert.function === name) === true;
  const matters = [
    ...(alerts.data?.alerts ?? []).map(ofAlert),
    ...(lanes.data?.lanes ?? []).filter((lane) => !isAlerted(lane.function, DEAD_RULE)).flatMap(ofLane),
    ...(top.data?.functions ?? []).flatMap((entry) => ofFunction(entry, isAlerted(entry.function, ERRORS_RULE), now)),
  ];
  const { errors, invocations } = top.data?.all ?? { errors: 0, invocations: 0 };
  const shown = matters.slice(0, MOST);
  const asked = [alerts, top, lanes];
  // What one may not see is not theirs to mend; what could not be had must not pass for calm.
  const failed = asked.filter(({ data, error }) => data === undefined && error !== null && error.code !== 'forbidden');
  const isKnown = asked.some(({ data }) => data !== undefined) && asked.every(({ isPending }) => !isPending);
  return (
    <Panel
      title="Needs attention"
      aside={matters.length > MOST && <span className={classes.aside}>{matters.length - MOST} more</span>}
      flush
    >
      {shown.length > 0 ? (
        <ul className={classes.list}>
          {shown.map(({ key, tone, word, name, to, what, why, cause, sinceMs }) => (
            <li key={key} className={classes.item}>
              <span className={classes.what}>
                <StatusBadge tone={tone}>{word}</StatusBadge>
                <Link to={to} className={classes.name ?? ''}>
                  {name}
                </Link>
                {why === undefined ? (
                  <span>{what}</span>
                ) : (
                  <Link to={why} className={classes.why ?? ''}>
                    {what}
                  </Link>
                )}
                {cause !== undefined && <span className={classes.cause}>Likely: {cause}</span>}
              </span>
              {sinceMs !== undefined && (
                <span className={classes.aside}>
                  <Time at={sinceMs} ago />
                </span>
              )}
            </li>
          ))}
        </ul>
      ) : failed.length > 0 ? (
        <ErrorState
          error={failed[0]!.error}
          what="What needs attention"
          onRetry={() => {
            for (const each of failed) void each.refetch();
          }}
        />
      ) : isKnown ? (
        <p className={classes.calm} style={{ margin: 0 }}>
          {errors === 0 ? (
            <IconCircleCheck size={20} stroke={1.6} aria-hidden />
          ) : (
            <IconInfoCircle size={20} stroke={1.6} aria-hidden />
          )}
          <span>
            {calmWords(
              [
                [alerts.data !== undefined, 'no alert fires'],
                ...(errors === 0 ? [[top.data !== undefined, 'nothing fails'] as const] : []),
                [lanes.data !== undefined, 'no event is undelivered'],
              ],
              errors === 0,
            )}
            {errors > 0 && (
              <>
                {' '}
                <Link to="/invocations?status=any+failure" className={classes.why ?? ''}>
                  {formatCount(errors)} of {formatCount(invocations)} invocations failed
                </Link>{' '}
                in five minutes: too few for an alert, or it is still to come.
              </>
            )}
          </span>
        </p>
      ) : top.error !== null ? (
        <ErrorState error={top.error} what="What needs attention" />
      ) : (
        <Loading rows={3} />
      )}
    </Panel>
  );
}

function ofAlert(alert: AlertView): Matter {
  return {
    key: alert.id,
    tone: toneOf(alert.severity),
    word: alert.severity,
    name: alert.function ?? alert.rule,
    to: alert.function === undefined ? '/alerts' : `/functions/${encodeURIComponent(alert.function)}`,
    what: `${alertInWords(alert)}${alert.acknowledged === undefined ? '' : ', acknowledged'}`,
    why: `/alerts?alert=${encodeURIComponent(alert.id)}`,
    ...(alert.diagnosis?.causes[0] !== undefined && { cause: alert.diagnosis.causes[0].text }),
    sinceMs: alert.sinceMs,
  };
}

function ofLane({ function: name, lane, dead }: Lane): Matter[] {
  if (dead === 0) return [];
  const what = `${formatCount(dead)} ${dead === 1 ? 'event' : 'events'} of ${lane === 'direct' ? 'direct invocations' : lane} could not be delivered`;
  return [{ key: `${name} ${lane}`, tone: 'notice', word: 'undelivered', name, to: '/events', what }];
}

function ofFunction(entry: TopEntry, isAlerted: boolean, nowMs: number): Matter[] {
  const { function: name, invocations, errors, errorRate, throttles } = entry;
  const to = `/functions/${encodeURIComponent(name)}`;
  const found: Matter[] = [];
  if (errors > 0 && errorRate >= FAILING_SHARE && invocations >= FEWEST_INVOCATIONS && !isAlerted) {
    found.push(
      isRecovering(entry, FAILING_SHARE)
        ? { key: `${name} fails`, tone: 'info', word: 'recovering', name, to, what: recoveryOf(entry, nowMs) }
        : {
            ...{ key: `${name} fails`, tone: 'bad', word: 'failing', name, to },
            what: `${formatShare(errorRate)} of ${formatCount(invocations)} invocations failed`,
          },
    );
  }
  if (throttles > 0) {
    const refused = throttles === 1 ? '1 invocation was' : `${formatCount(throttles)} invocations were`;
    const what = `${refused} refused: a limit or a quota is reached`;
    found.push({ key: `${name} held`, tone: 'notice', word: 'throttled', name, to, what });
  }
  return found;
}

/** What is known to be well, and no more: who may not see alerts is not told that none fires. */
function calmWords(parts: readonly (readonly [isKnown: boolean, words: string])[], isCalm: boolean): string {
  const known = parts.flatMap(([isKnown, words]) => (isKnown ? [words] : []));
  const text = known.join(', ');
  if (known.length === 0) return '';
  if (known.length < parts.length) return `Of what you may see, ${text}.`;
  return isCalm ? `Nothing needs you: ${text}.` : `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
