import { Anchor, Button, Code, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconBellOff, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import type { AlertView } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { useDeed } from '../../ui/deed.tsx';
import { Facts } from '../../ui/facts.tsx';
import { May } from '../../ui/may.tsx';
import { Time } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { Acknowledge } from './acknowledge.tsx';
import classes from './alerts.module.css';
import { screenOf } from './screen-of-command.ts';
import { SilenceForm } from './silence-form.tsx';

const ROLLBACK = /^fob rollback \S+(?: --alias (\S+))?$/;

/** All that is known of an alert: how bad, why, and what to do. */
export function AlertDetail({ alert }: { alert: AlertView }) {
  const { id, function: name, diagnosis, acknowledged, silencedUntilMs } = alert;
  const [asking, setAsking] = useState<'ack' | 'silence' | 'rollback'>();
  const release = useDeed({
    change: () => api.delete('/v1/alerts/{id}/ack', { path: { id } }),
    touches: ['/v1/alerts'],
    done: () => 'Nobody looks after it any more',
    command: () => ['alert', 'ack', id, '--undo'],
  });
  const gone = useGoneVersion(alert);
  const commands = (diagnosis?.commands ?? []).filter(({ command }) => gone === undefined || !ROLLBACK.test(command));
  const rollback = commands.map(({ command }) => ROLLBACK.exec(command)).find((found) => found !== null);
  const close = () => setAsking(undefined);
  const error = diagnosis?.error;
  const on = name === undefined ? undefined : `function:${name}`;
  return (
    <div className={classes.detail}>
      <div className={classes.columns}>
        <section aria-label="How bad">
          <Facts
            facts={[
              [
                'Function',
                name && (
                  <Anchor component={Link} to={`/functions/${encodeURIComponent(name)}/monitoring`} inherit>
                    {name}
                  </Anchor>
                ),
              ],
              ['Owner', alert.owner],
              ['Condition', <Code key="condition">{alert.condition}</Code>],
              ['Now', alert.value],
              ['At worst', alert.worst],
              ['Since', <Time key="since" at={alert.sinceMs} />],
              [
                'Looked after',
                acknowledged && `by ${acknowledged.by}${acknowledged.note ? `: ${acknowledged.note}` : ''}`,
              ],
              [
                'Silenced until',
                silencedUntilMs === undefined ? undefined : <Time key="silenced" at={silencedUntilMs} />,
              ],
            ]}
          />
        </section>
        <section aria-label="Why">
          {diagnosis === undefined || diagnosis.causes.length === 0 ? (
            <p className={classes.quiet}>No likely cause was found among the invocations since shortly before.</p>
          ) : (
            <>
              <h3 className={classes.title}>Likely cause</h3>
              <ol className={classes.causes}>
                {diagnosis.causes.map(({ kind, text, function: other }) => (
                  <li key={kind + text}>
                    {text}
                    {typeof other === 'string' && other !== name && (
                      <>
                        {' '}
                        <Anchor
                          component={Link}
                          to={`/functions/${encodeURIComponent(other)}`}
                          inherit
                          underline="always"
                        >
                          See {other}
                        </Anchor>
                      </>
                    )}
                  </li>
                ))}
              </ol>
            </>
          )}
          {error !== undefined && <ErrorSample error={error} name={name} />}
        </section>
      </div>
      {gone !== undefined && (
        <p className={classes.quiet}>
          Version {gone.serves} serves now; what failed was version {gone.failed}. The alert ends by itself once few
          enough of the invocations that its condition looks at have failed.
        </p>
      )}
      <Group gap="xs">
        {rollback && (
          <May action="function:release" on={`function:${name}`}>
            <Button leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={() => setAsking('rollback')}>
              Roll back
            </Button>
          </May>
        )}
        <May action="alert:write" on={on}>
          {acknowledged === undefined ? (
            <Button
              variant={rollback ? 'default' : 'filled'}
              leftSection={<IconEye size={16} aria-hidden />}
              onClick={() => setAsking('ack')}
            >
              Acknowledge
            </Button>
          ) : (
            <Button
              variant="default"
              leftSection={<IconEyeOff size={16} aria-hidden />}
              loading={release.isPending}
              onClick={() => release.act(undefined)}
            >
              Nobody looks after it
            </Button>
          )}
        </May>
        <May action="alert:write" on={on}>
          <Button
            variant="default"
            leftSection={<IconBellOff size={16} aria-hidden />}
            onClick={() => setAsking('silence')}
          >
            Silence
          </Button>
        </May>
      </Group>
      <div className={classes.commands}>
        {commands.map(({ title, command }) => (
          <Proposal key={command} title={title} command={command} />
        ))}
      </div>
      <Acknowledge id={id} opened={asking === 'ack'} onClose={close} />
      <SilenceForm alert={id} opened={asking === 'silence'} onClose={close} />
      {rollback && name !== undefined && (
        <Confirm
          opened={asking === 'rollback'}
          onClose={close}
          title={`Roll ${name} back?`}
          verb="Roll back"
          harmless
          command={['rollback', name, ...(rollback[1] === undefined ? [] : ['--alias', rollback[1]])]}
          onConfirm={() => rollBack(name, rollback[1])}
        >
          {rollback[1] === undefined
            ? 'The version before serves again, at once.'
            : `${rollback[1]} names the version before again, at once.`}{' '}
          Invocations that run now end as they began.
        </Confirm>
      )}
    </div>
  );
}

/** The version that failed and the one that serves in its place: whoever went back once is not to go back further. */
function useGoneVersion({ function: name = '', diagnosis }: AlertView) {
  const failed = diagnosis?.error?.version;
  const isOfAlias = diagnosis?.commands.some(({ command }) => ROLLBACK.exec(command)?.[1] !== undefined) === true;
  const enabled = name !== '' && failed !== undefined && !isOfAlias;
  const serves = useApi('/v1/functions/{name}', { path: { name } }, { enabled, retry: false }).data?.version;
  return enabled && serves !== undefined && serves !== failed ? { serves, failed } : undefined;
}

async function rollBack(name: string, alias: string | undefined): Promise<void> {
  if (alias === undefined) await api.post('/v1/functions/{name}/rollback', { path: { name }, body: {} });
  else await api.post('/v1/functions/{name}/aliases/{alias}/rollback', { path: { name, alias }, body: {} });
  notifications.show({ message: `${name} went back to the version before` });
}

type Sample = NonNullable<NonNullable<AlertView['diagnosis']>['error']>;

function Proposal({ title, command }: { readonly title: string; readonly command: string }) {
  const screen = screenOf(command);
  return (
    <div>
      {screen === undefined ? (
        <span>{title}</span>
      ) : (
        <Anchor component={Link} to={screen} size="xs">
          {title}
        </Anchor>
      )}
      <CommandLine words={command} />
    </div>
  );
}

function ErrorSample({ error, name }: { error: Sample; name: string | undefined }) {
  const { type, message, place, count, of, invocationId, version, log } = error;
  return (
    <div className={classes.error}>
      <p>
        <strong>{type}</strong> in {count} of {of} failures, version {version}
      </p>
      <pre>
        {visible(message)}
        {place !== undefined && `\n${place}`}
      </pre>
      {log.length > 0 && <pre>{visible(log.join('\n'))}</pre>}
      {name !== undefined && (
        <Anchor
          component={Link}
          to={`/functions/${encodeURIComponent(name)}/invocations/${encodeURIComponent(invocationId)}`}
          size="sm"
        >
          The invocation, with its trace and log
        </Anchor>
      )}
    </div>
  );
}
