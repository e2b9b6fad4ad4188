import { Autocomplete, NumberInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { api } from '../../../api/client.ts';
import { useApi, useChange } from '../../../api/hooks.ts';
import { useDraft } from '../../../ui/draft.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import classes from '../people.module.css';
import { MEASURES, type Measure, type Quota, teamTitle } from './quota.ts';

type Limits = Partial<Record<Measure, number>>;

interface QuotaDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is created. */
  readonly quota?: Quota;
}

/** Sets how much a team may use. */
export function QuotaDialog({ opened, onClose, quota }: QuotaDialogProps) {
  const teams = useApi('/v1/teams', undefined, { enabled: opened });
  const [{ team, limits, warnPercent, revision }, set] = useDraft(opened, () => ({
    team: quota?.team ?? '',
    limits: limitsOf(quota),
    warnPercent: quota?.warnPercent ?? 80,
    revision: quota?.revision ?? 0,
  }));
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
      title={quota === undefined ? 'Create a quota' : `Change the quota of ${teamTitle(quota.team)}`}
      verb={quota === undefined ? 'Create' : 'Save'}
      isReady={target !== ''}
      command={[
        ...['quota', 'set', target],
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
          onChange={(next) => set({ team: next })}
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
              const limit = unit === 1 ? Number(value) : Math.round(Number(value) * unit);
              set({ limits: value === '' ? rest : { ...rest, [measure]: limit } });
            }}
          />
        ))}
        <NumberInput
          label="Warns from"
          description="From which share of a limit on it is told, in percent"
          min={1}
          max={100}
          value={warnPercent}
          onChange={(value) => set({ warnPercent: Number(value) || 80 })}
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
