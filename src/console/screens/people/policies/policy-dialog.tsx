import { SegmentedControl, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../../api/client.ts';
import { messageOf } from '../../../api/problem.ts';
import { useDraft } from '../../../ui/draft.ts';
import { ifRevision } from '../../../ui/form-dialog.tsx';
import { countText } from '../../../ui/format.ts';
import { ThingDialog } from '../../../ui/thing-dialog.tsx';
import { commandOf } from './command.ts';
import type { Mine, Policy } from './policy.ts';
import { RuleFields } from './rule-fields.tsx';
import { ScopeFields } from './scope-fields.tsx';

interface PolicyDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: one is created. */
  readonly policy?: Policy;
}

const PAUSE_MS = 400;
const EMPTY: Mine = { description: '', mode: 'warn', message: '', scope: {}, rules: {} };

/** Creates a policy, or changes one; says what it would do before it is saved. */
export function PolicyDialog({ opened, onClose, policy }: PolicyDialogProps) {
  const [mine, set] = useDraft(opened, () => (policy === undefined ? EMPTY : mineOf(policy)));
  const hasRules = Object.keys(mine.rules).length > 0;
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="policy"
      thing={policy}
      size="xl"
      isReady={hasRules}
      command={(name) => commandOf(name, mine)}
      mine={{ ...mine }}
      stands={(name) => api.get('/v1/policies/{name}', { path: { name } })}
      save={async (name, revision) => {
        const { violations } = await api.put('/v1/policies/{name}', {
          path: { name },
          body: mine,
          ...ifRevision(revision),
        });
        return `The policy ${name} is in force; ${countText(violations.length, 'function breaks', 'functions break')} it now`;
      }}
      touches={['/v1/policies', '/v1/audit']}
      to="/people/policies"
    >
      {(name) => (
        <>
          <TextInput
            label="What it is for"
            value={mine.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <div>
            <Text size="sm" fw={600} mb={4}>
              What breaks it is
            </Text>
            <SegmentedControl
              size="xs"
              aria-label="What breaks it is"
              data={[
                { value: 'enforce', label: 'refused' },
                { value: 'warn', label: 'allowed, with a warning' },
              ]}
              value={mine.mode}
              onChange={(mode) => set({ mode: mode as Mine['mode'] })}
            />
          </div>
          <ScopeFields scope={mine.scope} onChange={(scope) => set({ scope })} />
          <RuleFields rules={mine.rules} onChange={(rules) => set({ rules })} />
          <TextInput
            label="Message"
            description="Such as whom to ask"
            value={mine.message}
            onChange={(event) => set({ message: event.currentTarget.value })}
          />
          {hasRules && name !== undefined && <Effect name={name} mine={mine} />}
        </>
      )}
    </ThingDialog>
  );
}

function mineOf({ description, mode, message, scope, rules }: Policy): Mine {
  return { description, mode, message, scope, rules };
}

/** What saving it would do to the functions that there are, from the node itself. */
function Effect({ name, mine }: { readonly name: string; readonly mine: Mine }) {
  const [asked] = useDebouncedValue(mine, PAUSE_MS);
  const effect = useQuery({
    queryKey: ['/v1/policies/{name}', { path: { name }, query: { dryRun: asked } }],
    queryFn: ({ signal }) =>
      api.put('/v1/policies/{name}', { path: { name }, query: { dryRun: true }, body: asked, signal }),
    staleTime: 0,
    retry: false,
  });
  const broken = effect.data?.violations;
  return (
    <Text size="sm" role="status" c={effect.error !== null ? 'var(--fob-bad)' : 'dimmed'}>
      {effect.error !== null && messageOf(effect.error)}
      {effect.error === null &&
        (broken === undefined
          ? 'Looking at what it would do …'
          : broken.length === 0
            ? 'No function that is there would break it.'
            : `${broken.length} of the functions that are there would break it: ${broken
                .slice(0, 6)
                .map((each) => each.function)
                .join(', ')}${broken.length > 6 ? ' …' : ''}. They go on running until they are deployed again.`)}
    </Text>
  );
}
