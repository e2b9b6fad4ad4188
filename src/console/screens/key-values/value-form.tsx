import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { request, urlOf } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { BodyField } from '../../ui/body-field.tsx';
import { useDraft } from '../../ui/draft.ts';
import { FormDialog, ifRevision } from '../../ui/form-dialog.tsx';
import { lineEndOf, withLineEnd, withOneLineEnd } from '../../ui/line-ends.ts';
import { NAME, type NameRule } from '../../ui/name-field.tsx';
import { ageMs, ageText } from '../../ui/range.ts';
import { operands } from '../../ui/shell-words.ts';
import { type Entry, readEntry } from './values.ts';

const SPACE: NameRule = { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, says: NAME.dotted.says };
/** A time to live is said to the second. */
const SECOND_MS = 1_000;

interface ValueFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Absent: it is chosen. */
  readonly space?: string;
  /** Is changed; absent: a key is added. */
  readonly entry?: Entry | undefined;
  readonly onSet?: (space: string, key: string) => void;
}

/** Sets the value of a new key, or changes one. */
export function ValueForm({ opened, onClose, space: known, entry, onSet }: ValueFormProps) {
  const [draft, set] = useDraft(opened, () => ({
    space: known ?? '',
    key: entry?.key ?? '',
    value: withOneLineEnd(entry?.value ?? ''),
    life: entry?.expiresAtMs === undefined ? '' : lifeText(entry.expiresAtMs),
    revision: entry?.revision ?? 0,
  }));
  const { space, key, life, revision } = draft;
  const was = entry?.value ?? '';
  const value = draft.value === withOneLineEnd(was) ? was : withLineEnd(draft.value, lineEndOf(was));
  const lifeMs = life === '' ? undefined : ageMs(life);
  const isLifeWrong = life !== '' && (lifeMs === undefined || lifeMs === 0);
  const isSpaceWrong = space !== '' && !SPACE.pattern.test(space);
  const ttl = life === '' ? [] : ['--ttl', life];
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={entry === undefined ? 'Set a value' : `Change the value of ${key}`}
      verb={entry === undefined ? 'Set it' : 'Save'}
      size="lg"
      isReady={space !== '' && !isSpaceWrong && key !== '' && !isLifeWrong}
      command={['kv', 'set', ...ttl, ...operands(space, key, value)]}
      mine={{ value }}
      stands={async () => {
        const now = await readEntry(space, key);
        return { revision: now?.revision ?? 0, value: now?.value };
      }}
      revision={revision}
      onSubmit={async (at) => {
        await request('PUT', urlOf('/v1/kv/{space}/{*}', { space, '*': key }, { ttlMs: lifeMs }), {
          body: new Blob([value]),
          headers: { 'Content-Type': 'application/octet-stream', ...ifRevision(at).headers },
        });
        notifications.show({ message: `${key} is set` });
        await renew('/v1/kv');
        onSet?.(space, key);
      }}
    >
      {known === undefined && (
        <TextInput
          label="Space"
          description="It is there as soon as it holds a key"
          required
          data-autofocus
          autoComplete="off"
          value={space}
          onChange={(event) => set({ space: event.currentTarget.value })}
          error={isSpaceWrong && SPACE.says}
        />
      )}
      {entry === undefined && (
        <TextInput
          label="Key"
          required
          autoComplete="off"
          {...(known !== undefined && { 'data-autofocus': true })}
          value={key}
          onChange={(event) => set({ key: event.currentTarget.value })}
        />
      )}
      <BodyField label="Value" value={draft.value} onChange={(next) => set({ value: next })} />
      <TextInput
        label="Goes after"
        description="Such as 10m, 1h or 7d; empty: it stays"
        value={life}
        onChange={(event) => set({ life: event.currentTarget.value })}
        error={isLifeWrong && 'Write a time such as 30s, 10m or 7d'}
      />
    </FormDialog>
  );
}

function lifeText(expiresAtMs: number): string {
  return ageText(Math.max(SECOND_MS, Math.ceil((expiresAtMs - Date.now()) / SECOND_MS) * SECOND_MS));
}
