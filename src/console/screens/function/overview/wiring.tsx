import { Anchor, Text } from '@mantine/core';
import {
  IconArrowRight,
  IconBolt,
  IconBroadcast,
  IconBucket,
  IconCircleDashed,
  IconCircleX,
  IconDatabase,
  IconStack2,
  IconWorld,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import type { FunctionView } from '../../../api/things.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { lookOf } from '../../../ui/trigger-form/types.ts';
import { functionPath } from '../paths.ts';
import { toneOfTrigger } from '../trigger-state.ts';
import classes from './overview.module.css';

const ICONS = { bucket: IconBucket, queue: IconStack2, topic: IconBroadcast, function: IconBolt, kv: IconDatabase };
const PLACES: Readonly<Record<string, string>> = {
  bucket: '/buckets/',
  queue: '/queues/',
  topic: '/topics/',
  function: '/functions/',
};

/** What wakes the function, at the left, and where its results go and what it uses, at the right. */
export function Wiring({ view }: { readonly view: FunctionView }) {
  const { name, config } = view;
  const triggers = useApi('/v1/triggers', { query: { function: name } });
  const mayAdd = useMay('trigger:write', `function:${name}`).allowed === true;
  const ends: [text: string, what: string][] = [
    ...(config.onSuccess === '' ? [] : [[config.onSuccess, 'results of events'] as [string, string]]),
    ...(config.onFailure === '' ? [] : [[config.onFailure, 'events that failed'] as [string, string]]),
    ...config.grants.map((grant): [string, string] => [grant, accessOf(grant)]),
  ];
  return (
    <Panel
      title="What wakes it, and where its results go"
      aside={
        <Anchor component={Link} to={functionPath(name, 'triggers')} size="sm">
          Triggers
        </Anchor>
      }
    >
      <div className={classes.wiring}>
        <ul className={classes.ends} aria-label="What wakes it">
          <QueryView query={triggers} what="The triggers" rows={2}>
            {({ triggers: found }) => (
              <>
                {found.map((trigger) => {
                  const { icon: Icon } = lookOf(trigger.type, '');
                  return (
                    <li key={trigger.name} className={classes.end}>
                      <Icon size={16} stroke={1.6} aria-hidden />
                      <span className={classes.what}>
                        <Anchor
                          component={Link}
                          to={functionPath(name, 'triggers', { trigger: trigger.name })}
                          inherit
                          c="var(--fob-text)"
                        >
                          {trigger.summary}
                        </Anchor>
                        <Source options={trigger.options} type={trigger.type} />
                        {trigger.waiting > 0 && <div className={classes.small}>{trigger.waiting} wait</div>}
                      </span>
                      <StatusBadge tone={toneOfTrigger(trigger.state)} plain>
                        {trigger.state}
                      </StatusBadge>
                    </li>
                  );
                })}
                {found.length === 0 && (
                  <li className={classes.end}>
                    <IconCircleDashed size={16} aria-hidden />
                    <span className={classes.what}>
                      Nothing yet.{' '}
                      {mayAdd && (
                        <Anchor
                          component={Link}
                          to={functionPath(name, 'triggers', { add: 'any' })}
                          inherit
                          underline="always"
                        >
                          Add a trigger
                        </Anchor>
                      )}
                    </span>
                  </li>
                )}
                <li className={classes.end}>
                  <IconWorld size={16} stroke={1.6} aria-hidden />
                  <span className={classes.what}>
                    Requests to <code>/f/{name}</code>
                  </span>
                </li>
              </>
            )}
          </QueryView>
        </ul>
        <IconArrowRight size={20} stroke={1.6} className={classes.arrow} aria-hidden />
        <div className={classes.self}>
          <Text fw={620}>{name}</Text>
          <div className={classes.small}>
            {config.runtime} · {config.memoryMb} MB · version {view.version}
          </div>
        </div>
        <IconArrowRight size={20} stroke={1.6} className={classes.arrow} aria-hidden />
        <ul className={classes.ends} aria-label="Where its results go, and what it uses">
          {ends.map(([text, what]) => (
            <End key={text + what} text={text} what={what} />
          ))}
          {config.onFailure === '' && (
            <li className={classes.end}>
              <IconCircleX size={16} stroke={1.6} aria-hidden />
              <span className={classes.what}>
                <Anchor component={Link} to={`/events?function=${encodeURIComponent(name)}&state=dead`} inherit>
                  Dead events
                </Anchor>
                <div className={classes.small}>events that failed for good</div>
              </span>
            </li>
          )}
          {config.role !== '' && (
            <End text={config.role} what="its execution role">
              <Anchor component={Link} to={functionPath(name, 'permissions')} inherit>
                {config.role}
              </Anchor>
            </End>
          )}
        </ul>
      </div>
    </Panel>
  );
}

/** The way to where the events come from, such as the folder of the bucket into which one uploads. */
function Source({ type, options }: { readonly type: string; readonly options: Readonly<Record<string, unknown>> }) {
  const source = options[type];
  const place = PLACES[type];
  if (typeof source !== 'string' || source === '' || place === undefined) return null;
  const { prefix } = options;
  const folder = typeof prefix === 'string' ? prefix.slice(0, prefix.lastIndexOf('/') + 1) : '';
  return (
    <div className={classes.small}>
      <Anchor
        component={Link}
        to={`${place}${encodeURIComponent(source)}${folder === '' ? '' : `?prefix=${encodeURIComponent(folder)}`}`}
        inherit
      >
        Open the {type} {source}
      </Anchor>
    </div>
  );
}

function End({
  text,
  what,
  children,
}: {
  readonly text: string;
  readonly what: string;
  readonly children?: ReactNode;
}) {
  const [kind = '', named = ''] = text.split(':');
  const isUrl = /^https?$/.test(kind);
  const Icon = isUrl ? IconWorld : (ICONS[kind as keyof typeof ICONS] ?? IconCircleDashed);
  const place = PLACES[kind];
  const target = named.split('/')[0]!;
  return (
    <li className={classes.end}>
      <Icon size={16} stroke={1.6} aria-hidden />
      <span className={classes.what}>
        {children ??
          (place !== undefined && !target.includes('*') ? (
            <Anchor component={Link} to={place + encodeURIComponent(target)} inherit c="var(--fob-text)">
              {kind} {named}
            </Anchor>
          ) : (
            <span>{isUrl ? text : `${kind} ${named}`}</span>
          ))}
        <div className={classes.small}>{what}</div>
      </span>
    </li>
  );
}

function accessOf(grant: string): string {
  const access = grant.split(':')[2];
  return access === undefined ? 'it may do everything with it' : `it may ${access}`;
}
