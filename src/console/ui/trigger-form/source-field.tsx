import { Autocomplete, Select } from '@mantine/core';
import { useFunctions } from '../../api/functions.ts';
import { useApi } from '../../api/hooks.ts';
import type { FieldProps } from './option-field.tsx';
import { titleOf } from './schema.ts';
import classes from './trigger-form.module.css';

interface SourceFieldProps extends FieldProps {
  readonly kind: 'bucket' | 'queue' | 'topic';
}

/** The names of the buckets, queues or topics that one may see; `undefined` until they are known. */
export function useSources(kind: 'bucket' | 'queue' | 'topic'): readonly string[] | undefined {
  const buckets = useApi('/v1/buckets', {}, { enabled: kind === 'bucket' });
  const queues = useApi('/v1/queues', {}, { enabled: kind === 'queue' });
  const topics = useApi('/v1/topics', {}, { enabled: kind === 'topic' });
  if (kind === 'bucket') return buckets.data?.buckets.map(({ name }) => name);
  if (kind === 'queue') return queues.data?.queues.map(({ name }) => name);
  return topics.data?.topics.map(({ name }) => name);
}

/** A bucket, queue or topic of this node: one that is there, or a new one, which is made along with the trigger. */
export function SourceField({ kind, name, value, onChange, demanded, fault }: SourceFieldProps) {
  const known = useSources(kind);
  const text = typeof value === 'string' ? value : '';
  const isNew = known !== undefined && text !== '' && fault === undefined && !known.includes(text);
  return (
    <Autocomplete
      label={titleOf(name)}
      description={
        isNew
          ? `There is no ${kind} of this name yet: it is made for you`
          : `Choose a ${kind} of this node, or type the name of a new one`
      }
      data={[...(known ?? [])]}
      value={text}
      onChange={onChange}
      withAsterisk={demanded}
      error={fault}
      limit={50}
      spellCheck={false}
      className={classes.wide ?? ''}
    />
  );
}

/** Another function. */
export function FunctionField({ name, schema, value, onChange, demanded, fault }: FieldProps) {
  const { data } = useFunctions();
  return (
    <Select
      label={titleOf(name)}
      description={schema.description}
      data={(data ?? []).map((each) => each.name)}
      value={typeof value === 'string' && value !== '' ? value : null}
      onChange={onChange}
      searchable
      limit={50}
      nothingFoundMessage="No function is called so"
      withAsterisk={demanded}
      error={fault}
    />
  );
}
