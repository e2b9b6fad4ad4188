import { NumberInput, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { formatDuration } from '../format.ts';
import { type Delivery, filterFault, type TriggerDraft } from './draft.ts';

interface DeliveryFieldsProps {
  readonly value: TriggerDraft;
  readonly onChange: (value: TriggerDraft) => void;
  /** Whether one run may get several events. */
  readonly batches: boolean;
}

const EXAMPLE = '{ "data": { "total": [{ "numeric": [">", 100] }] } }';

/** Which events are delivered, and how: what is empty is as the function has it. */
export function DeliveryFields({ value, onChange, batches }: DeliveryFieldsProps) {
  const { delivery } = value;
  const set = (part: Partial<Record<keyof Delivery, unknown>>) =>
    onChange({ ...value, delivery: { ...delivery, ...part } as Delivery });
  const number = (name: keyof Delivery, label: string, description: string, most: number) => (
    <NumberInput
      label={label}
      description={
        isTime(name) && delivery[name] ? `${description}: ${formatDuration(Number(delivery[name]))}` : description
      }
      value={(delivery[name] as number | undefined) ?? ''}
      onChange={(given) => set({ [name]: typeof given === 'number' ? given : undefined })}
      min={0}
      max={most}
      thousandSeparator=","
      placeholder="as the function has it"
      {...(isTime(name) && { suffix: ' ms', step: 1_000 })}
    />
  );
  return (
    <>
      <Textarea
        label="Only events that match"
        description={`An EventBridge pattern as JSON, such as ${EXAMPLE}. Empty: every event`}
        value={value.filter}
        onChange={(event) => onChange({ ...value, filter: event.currentTarget.value })}
        error={filterFault(value.filter)}
        autosize
        minRows={2}
        maxRows={12}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--fob-mono)' } }}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {number('maxRetries', 'Retries', 'Attempts after the first', 100)}
        {number('retryDelayMs', 'Wait before a retry', 'It doubles each time', 86_400_000)}
        {number('maxConcurrency', 'Runs at once', 'For this trigger’s events', 1_000)}
        {number('maxAgeMs', 'Give up after', 'An event that is older is not delivered', 1_209_600_000)}
        {batches && number('batchSize', 'Events in one run', 'At most', 10_000)}
        {batches && number('batchWindowMs', 'Gather a batch for', 'Where it is not full', 300_000)}
        <TextInput
          label="Where events go that failed"
          description="Such as queue:failed, topic:alarms, or a URL. Empty: the dead events"
          value={delivery.onFailure ?? ''}
          onChange={(event) => set({ onFailure: event.currentTarget.value })}
          spellCheck={false}
        />
        <TextInput
          label="Where results go"
          description="Such as queue:done, bucket:results, function:next"
          value={delivery.onSuccess ?? ''}
          onChange={(event) => set({ onSuccess: event.currentTarget.value })}
          spellCheck={false}
        />
      </SimpleGrid>
    </>
  );
}

function isTime(name: string): boolean {
  return name.endsWith('Ms');
}
