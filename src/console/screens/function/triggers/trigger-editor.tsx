import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useChange } from '../../../api/hooks.ts';
import { ApiProblem } from '../../../api/problem.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Failure } from '../../../ui/failure.tsx';
import { May } from '../../../ui/may.tsx';
import {
  draftOf,
  KindPicker,
  newTrigger,
  saveTrigger,
  type TriggerDraft,
  TriggerForm,
  type TriggerKind,
  type TriggerView,
  triggerCommandOf,
  triggerFaults,
} from '../../../ui/trigger-form/trigger-form.tsx';
import { lookOf } from '../../../ui/trigger-form/types.ts';

interface TriggerEditorProps {
  /** The function that is woken. */
  readonly name: string;
  readonly kinds: readonly TriggerKind[];
  /** The one that is changed; absent for a new one. */
  readonly trigger: TriggerView | undefined;
  /** The kind that the URL names, for a new one. */
  readonly type: string;
  readonly onType: (type: string) => void;
  readonly onClose: () => void;
}

/** A trigger as it is being written, beside the list. */
export function TriggerEditor({ name, kinds, trigger, type, onType, onClose }: TriggerEditorProps) {
  const [draft, setDraft] = useState<TriggerDraft | undefined>(() =>
    trigger !== undefined ? draftOf(trigger) : kinds.some((each) => each.name === type) ? newTrigger(type) : undefined,
  );
  const [base, setBase] = useState(trigger);
  const [isStrict, setStrict] = useState(false);
  const kind = kinds.find((each) => each.name === draft?.type);
  const saving = useChange(
    () => saveTrigger(draft!, kind!.options, name, base?.revision),
    ['/v1/triggers', '/v1/map', '/v1/buckets', '/v1/queues', '/v1/topics'],
  );
  const save = () => {
    if (kind === undefined || draft === undefined) return;
    setStrict(true);
    if (Object.keys(triggerFaults(kind, draft)).length > 0) return;
    saving.mutate(undefined, {
      onSuccess: (made) => {
        notifications.show({ message: `The trigger ${made.name} is there`, color: 'lagoon' });
        onClose();
      },
    });
  };
  const isBehind = base !== undefined && trigger !== undefined && base.revision !== trigger.revision;
  const isRefused = saving.error instanceof ApiProblem && saving.error.status === 412;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={trigger === undefined ? `A trigger of ${name}` : `Change ${trigger.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {draft === undefined && (
          <KindPicker
            kinds={kinds}
            onChange={(next) => {
              setDraft(newTrigger(next));
              setStrict(false);
              onType(next);
            }}
          />
        )}
        {(isBehind || isRefused) && trigger !== undefined && (
          <div role="alert">
            <Text size="sm" fw={600}>
              Somebody changed it meanwhile: it is “{trigger.summary}” now, and {trigger.enabled ? 'on' : 'paused'}.
            </Text>
            <Group gap="xs" mt="xs">
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  setDraft(draftOf(trigger));
                  setBase(trigger);
                  saving.reset();
                }}
              >
                Take theirs
              </Button>
              <Button
                size="xs"
                onClick={() => {
                  setBase(trigger);
                  saving.reset();
                }}
              >
                Keep mine
              </Button>
            </Group>
          </div>
        )}
        {kind !== undefined && draft !== undefined && (
          <>
            <Group justify="space-between">
              <Text fw={620}>{lookOf(kind.name, kind.summary).title}</Text>
              {trigger === undefined && (
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() => {
                    setDraft(undefined);
                    onType('any');
                  }}
                >
                  Another kind
                </Button>
              )}
            </Group>
            <TriggerForm
              kind={kind}
              value={draft}
              onChange={setDraft}
              strict={isStrict}
              named={trigger !== undefined}
            />
            {!isRefused && <Failure error={saving.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <May action="trigger:write" on={`function:${name}`}>
                <Button onClick={save} loading={saving.isPending} disabled={isBehind}>
                  {trigger === undefined ? 'Add it' : 'Save'}
                </Button>
              </May>
            </Group>
            <CommandLine words={triggerCommandOf(kind, draft, name, trigger !== undefined)} />
          </>
        )}
      </Stack>
    </Drawer>
  );
}
