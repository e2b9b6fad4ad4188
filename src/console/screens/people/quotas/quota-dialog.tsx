import { Autocomplete, NumberInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import classes from '../people.module.css';
import { MEASURES, type Measure, type Quota, teamTitle } from './quota.ts';

type Limits = Partial<Record<Measure, number>>;

interface QuotaDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is made. */
  readonly quota?: Quota;
}

/** Sets how much a team may use. */
export function QuotaDialog({ opened, onClose, quota }: QuotaDialogProps) {
  const teams = useApi('/v1/teams', undefined, { enabled: opened });
  const [team, setTeam] = useState('');
  const [limits, setLimits] = useState<Limits>({});
  const [warnPercent, setWarnPercent] = useState(80);
  const [revision, setRevision] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    if (!opened) return;
    setTeam(quota?.team ?? '');
    setLimits(limitsOf(quota));
    setWarnPercent(quota?.warnPercent ?? 80);
    setRevision(quota?.revision ?? 0);
  }, [opened]);
  const target = team.trim();
  const mine = { ...limits, warnPercent };
  const save = useChange(
    (at: number | undefined) => api.put('/v1/quotas/{team}', { path: { team: target }, body: mine, ...ifRevision(at) }),
    ['/v1/quotas', '/v1/quota-usage'],
  );
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      size="lg"
      title={quota === undefined ? 'New quota' : `Quota of ${teamTitle(quota.team)}`}
      verb="Set the quota"
      isReady={target !== ''}
      command={[
        ...['quota', 'set', target || 'TEAM'],
        ...MEASURES.flatMap(({ measure, option, word }) =>
          limits[measure] === undefined ? [] : [option, word(limits[measure])],
        ),
        ...(warnPercent === 80 ? [] : ['--warn-at', String(warnPercent)]),
      ]}
      mine={mine}
      revision={revision}
      stands={() => api.get('/v1/quotas/{team}', { path: { team: target } })}
      onSubmit={async (at) => {
        await save.mutateAsync(at);
        notifications.show({ message: `${teamTitle(target)}: the quota is set` });
      }}
    >
      {quota === undefined && (
        <Autocomplete
          label="For"
          description="A team; * for each that has none of its own; - for functions without an owner"
          required
          data-autofocus
          data={['*', '-', ...(teams.data?.teams.map(({ name }) => name) ?? [])]}
          limit={50}
          value={team}
          onChange={setTeam}
        />
      )}
      <div className={classes.pair}>
        {MEASURES.map(({ measure, title, about, unit = 1 }) => (
          <NumberInput
            key={measure}
            label={title}
            description={about}
            placeholder="no limit"
            min={0}
            allowDecimal={measure === 'gbSecondsPerMonth'}
            thousandSeparator=","
            value={limits[measure] === undefined ? '' : limits[measure] / unit}
            onChange={(value) => {
              const { [measure]: _before, ...rest } = limits;
              setLimits(
                value === ''
                  ? rest
                  : { ...rest, [measure]: unit === 1 ? Number(value) : Math.round(Number(value) * unit) },
              );
            }}
          />
        ))}
        <NumberInput
          label="Told from"
          description="From which share of a limit on it is told, in percent"
          min={1}
          max={100}
          value={warnPercent}
          onChange={(value) => setWarnPercent(Number(value) || 80)}
        />
      </div>
    </FormDialog>
  );
}

function limitsOf(quota: Quota | undefined): Limits {
  return Object.fromEntries(
    MEASURES.flatMap(({ measure }) => (quota?.[measure] === undefined ? [] : [[measure, quota[measure]]])),
  );
}
