import { Button, Collapse, Stack, Switch, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { triggerCommand } from './command.ts';
import { DeliveryFields } from './delivery-fields.tsx';
import { filterFault, sourceOf, type TriggerDraft } from './draft.ts';
import { type FieldProps, OptionField } from './option-field.tsx';
import { type Faults, faultsOf, isDemanded, withDefaults } from './schema.ts';
import { FunctionField, SourceField } from './source-field.tsx';
import { BucketEventsField, ScheduleField, ZoneField } from './special-fields.tsx';
import classes from './trigger-form.module.css';
import { lookOf, type TriggerKind } from './types.ts';

export { bodyOf, draftOf, newTrigger, type TriggerDraft, type TriggerView } from './draft.ts';
export { KindPicker } from './kind-picker.tsx';
export { saveTrigger } from './save.ts';
export { lookOf, type TriggerKind, useTriggerKinds } from './types.ts';
export { triggerCommand };

interface TriggerFormProps {
  readonly kind: TriggerKind;
  readonly value: TriggerDraft;
  readonly onChange: (value: TriggerDraft) => void;
  /** Also says what is missing of what nobody has typed in yet: after one tried to go on. */
  readonly strict?: boolean;
  /** A trigger that exists keeps its name. */
  readonly named?: boolean;
}

/** What is wrong with a trigger as it is written, by option; empty where it can be saved, as far as can be told here. */
export function triggerFaults(kind: TriggerKind, draft: TriggerDraft): Faults {
  const fault = filterFault(draft.filter);
  return {
    ...faultsOf(kind.options, withDefaults(kind.options, draft.options)),
    ...extraFaults(draft),
    ...(fault !== undefined && { filter: fault }),
  };
}

/** The command that does the same, for a trigger that is made or with `isThere` changed; absent while something is missing or wrong. */
export function triggerCommandOf(
  kind: TriggerKind,
  draft: TriggerDraft,
  fn: string,
  isThere = false,
): string[] | undefined {
  if (Object.keys(triggerFaults(kind, draft)).length > 0) return undefined;
  return triggerCommand(draft, kind.options, fn, isThere);
}

/** What no schema says: an option that another one demands. */
function extraFaults({ type, options }: TriggerDraft): Faults {
  const lacks = (name: string) => options[name] === undefined || options[name] === '';
  if (type === 'http' && options.auth === 'key' && lacks('key')) return { key: 'Who calls shows this key: give one' };
  if (type === 'postgres' && options.mode === 'listen' && lacks('channel'))
    return { channel: 'This is needed to listen' };
  return {};
}

/** The options of a trigger, the ones that matter first, for every kind that the node has. */
export function TriggerForm({ kind, value, onChange, strict = false, named = false }: TriggerFormProps) {
  const [isOpen, setOpen] = useState(false);
  const { first } = lookOf(kind.name);
  const names = Object.keys(kind.options.properties ?? {});
  const main = [...first.filter((name) => names.includes(name)), ...(first.length === 0 ? names : [])].filter(
    (name) => !isIdle(name, value),
  );
  const rest = names.filter((name) => !first.includes(name) && first.length > 0 && !isIdle(name, value));
  const faults = triggerFaults(kind, value);
  const field = (name: string) => {
    const given = value.options[name];
    const schema = kind.options.properties![name]!;
    const isTouched = given !== undefined && given !== '';
    const props: FieldProps = {
      name,
      schema,
      value: given ?? schema.default,
      onChange: (next) => onChange({ ...value, options: { ...value.options, [name]: next } }),
      demanded: isDemanded(kind.options, name),
      fault: strict || isTouched ? faults[name] : undefined,
    };
    return <Field key={name} type={kind.name} {...props} />;
  };
  const source = sourceOf(value);
  return (
    <div className={classes.form}>
      <div className={classes.fields}>{main.map(field)}</div>
      {source !== undefined && (
        <div className={classes.note}>
          <IconShieldCheck size={16} aria-hidden />
          <span>
            The {source.kind} <b>{source.name}</b> may run this function. The permission is a part of the trigger: it is
            added and removed with it.
          </span>
        </div>
      )}
      <Switch
        label="Enabled"
        description="Off: it is made, and waits until somebody switches it on"
        checked={value.enabled}
        onChange={(event) => onChange({ ...value, enabled: event.currentTarget.checked })}
      />
      <Button
        variant="subtle"
        size="xs"
        className={classes.more ?? ''}
        leftSection={isOpen ? <IconChevronUp size={14} /> : <IconChevronDown size={14} />}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        Name, filter, retries{rest.length > 0 ? ` and ${rest.length} more` : ''}
      </Button>
      <Collapse expanded={isOpen} keepMounted={false}>
        <Stack gap="sm">
          {!named && (
            <TextInput
              label="Name of the trigger"
              description="Empty: made of function and source"
              value={value.name}
              onChange={(event) => onChange({ ...value, name: event.currentTarget.value.trim() })}
              spellCheck={false}
            />
          )}
          {rest.length > 0 && <div className={classes.fields}>{rest.map(field)}</div>}
          <DeliveryFields value={value} onChange={onChange} batches={kind.batches} />
        </Stack>
      </Collapse>
    </div>
  );
}

function Field({ type, ...props }: FieldProps & { readonly type: string }) {
  const { name } = props;
  if ((type === 'bucket' || type === 'queue' || type === 'topic') && name === type)
    return <SourceField kind={type} {...props} />;
  if (type === 'completion' && name === 'of') return <FunctionField {...props} />;
  if (type === 'bucket' && name === 'events') return <BucketEventsField {...props} />;
  if (type === 'schedule' && name === 'expression') return <ScheduleField {...props} />;
  if (type === 'schedule' && name === 'tz') return <ZoneField {...props} />;
  return <OptionField {...props} />;
}

/** Options that another one's value makes meaningless are not shown. */
function isIdle(name: string, { type, options }: TriggerDraft): boolean {
  const mode = options.mode;
  if (type === 'http') return name === 'key' && options.auth !== 'key';
  if (type === 's3') {
    const notifies = mode === 'notify';
    if (name === 'token') return !notifies;
    return notifies && ['accessKeyId', 'secretAccessKey', 'pollMs', 'overlapMs', 'existing'].includes(name);
  }
  if (type === 'postgres') {
    if (name === 'channel') return mode !== 'listen';
    return ['tables', 'publication', 'slot'].includes(name) && mode === 'listen';
  }
  if (type === 'kafka') return (name === 'username' || name === 'password') && (options.sasl ?? '') === '';
  if (type === 'webhook') {
    if (
      ['signatureHeader', 'algorithm', 'encoding', 'prefix', 'timestampHeader', 'idHeader', 'eventHeader'].includes(
        name,
      )
    )
      return options.provider !== 'hmac';
    return name === 'answer' && options.provider !== 'slack';
  }
  return false;
}
