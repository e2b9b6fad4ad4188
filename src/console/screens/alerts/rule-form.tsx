import { Button, Group, MultiSelect, NativeSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { useDraft } from '../../ui/draft.ts';
import { ifRevision } from '../../ui/form-dialog.tsx';
import { NAME } from '../../ui/name-field.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';
import type { Rule } from './rule.ts';

type Of = 'function' | 'owner' | 'tag' | 'node';
type Severity = NonNullable<Rule['severity']>;
const EXAMPLES = [
  'p99(duration) > 2s over 10m for 2m',
  'errors / invocations > 1% over 5m',
  'invocations > 3x before over 10m',
  'no invocations for 1h',
];

interface Draft {
  readonly of: Of;
  readonly whose: string;
  readonly when: string;
  readonly criticalWhen: string;
  readonly severity: Severity;
  readonly notify: string[];
  readonly description: string;
}

function draftOf(rule: Rule | undefined): Draft {
  const { function: name, owner, tag, when = EXAMPLES[0]!, criticalWhen = '', severity = 'warning' } = rule ?? {};
  return {
    of: rule === undefined || name !== undefined ? 'function' : owner ? 'owner' : tag ? 'tag' : 'node',
    whose: name ?? owner ?? tag ?? '*',
    when,
    criticalWhen,
    severity,
    notify: rule?.notify ?? [],
    description: rule?.description ?? '',
  };
}

interface RuleFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is created. */
  readonly rule: Rule | undefined;
}

/** A new rule, or another condition, scope or channel for one that there is. */
export function RuleForm({ opened, onClose, rule }: RuleFormProps) {
  const channels = useApi('/v1/alerts/channels').data?.channels ?? [];
  const [draft, set] = useDraft(opened, () => draftOf(rule));
  const { of, whose, when, criticalWhen, severity, notify, description } = draft;
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="rule"
      thing={rule}
      rule={NAME.dotted}
      size="lg"
      isReady={when !== '' && (of === 'node' || whose !== '')}
      command={(name) => commandOf(name, draft, rule === undefined)}
      mine={bodyOf(draft, rule)}
      stands={(name) => api.get('/v1/alerts/rules/{name}', { path: { name } })}
      save={async (name, revision) => {
        const body = bodyOf(draft, rule);
        await api.put('/v1/alerts/rules/{name}', { path: { name }, body, ...ifRevision(revision) });
        return undefined;
      }}
      touches={['/v1/alerts']}
    >
      <div>
        <SegmentedControl
          size="xs"
          aria-label="What it is about"
          value={of}
          onChange={(value) => set({ of: value as Of })}
          data={[
            { value: 'function', label: 'Functions' },
            { value: 'owner', label: 'An owner' },
            { value: 'tag', label: 'A tag' },
            { value: 'node', label: 'The node' },
          ]}
        />
        {of !== 'node' && (
          <TextInput
            mt={6}
            aria-label={of === 'function' ? 'Functions' : of === 'owner' ? 'Owner' : 'Tag'}
            description={
              of === 'function'
                ? 'A name; * stands for any part'
                : of === 'tag'
                  ? 'Such as kind=batch'
                  : 'Such as team-a'
            }
            required
            value={whose}
            onChange={(event) => set({ whose: event.currentTarget.value })}
          />
        )}
      </div>
      <TextInput
        label="Fires when"
        required
        value={when}
        onChange={(event) => set({ when: event.currentTarget.value })}
        styles={{ input: { fontFamily: 'var(--fob-mono)' } }}
      />
      <Group gap={6}>
        {EXAMPLES.map((example) => (
          <Button key={example} size="compact-xs" variant="default" onClick={() => set({ when: example })}>
            {example}
          </Button>
        ))}
      </Group>
      <Group grow align="flex-start">
        <NativeSelect
          label="Severity"
          data={['info', 'warning', 'critical']}
          value={severity}
          onChange={(event) => set({ severity: event.currentTarget.value as Severity })}
        />
        <TextInput
          label="Is critical when"
          placeholder="never by itself"
          value={criticalWhen}
          onChange={(event) => set({ criticalWhen: event.currentTarget.value })}
        />
      </Group>
      <MultiSelect
        label="Tells"
        placeholder={notify.length === 0 ? 'as routed' : ''}
        data={channels.map((channel) => channel.name)}
        value={notify}
        onChange={(next) => set({ notify: next })}
      />
      <Textarea
        label="What to know and do"
        description="Told with the alert"
        value={description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
    </ThingDialog>
  );
}

/** What the form says; what it does not ask for stays as it is. */
function bodyOf({ of, whose, when, criticalWhen, severity, notify, description }: Draft, rule: Rule | undefined) {
  const { resolveAfterMs, hysteresis, repeatMs, enabled } = rule ?? {};
  return {
    ...(resolveAfterMs !== undefined && { resolveAfterMs }),
    ...(hysteresis !== undefined && { hysteresis }),
    ...(repeatMs !== undefined && { repeatMs }),
    ...(enabled !== undefined && { enabled }),
    ...(of !== 'node' && { [of]: whose }),
    when,
    severity,
    ...(criticalWhen !== '' && { criticalWhen }),
    ...(notify.length > 0 && { notify }),
    ...(description !== '' && { description }),
  };
}

function commandOf(name: string, draft: Draft, isNew: boolean): string[] {
  const { of, whose, when, criticalWhen, severity, notify, description } = draft;
  return [
    ...['alert', isNew ? 'add' : 'set', name],
    ...(of === 'node' ? [] : [`--${of}`, whose]),
    ...['--when', when],
    ...(severity === 'warning' ? [] : ['--severity', severity]),
    ...(criticalWhen === '' ? [] : ['--critical-when', criticalWhen]),
    ...notify.flatMap((each) => ['--notify', each]),
    ...(description === '' ? [] : ['--description', description]),
  ];
}
