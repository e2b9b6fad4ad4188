import { ActionIcon, SegmentedControl, TagsInput, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import classes from '../people.module.css';
import { type Statement, sentenceOf } from '../statement.ts';

interface StatementEditorProps {
  readonly number: number;
  readonly statement: Statement;
  readonly onChange: (statement: Statement) => void;
  /** Absent for the last one: a role says something. */
  readonly onRemove?: () => void;
}

/** One statement of a role: what it allows or denies, to what, under which conditions; below it the sentence that this makes. */
export function StatementEditor({ number, statement, onChange, onRemove }: StatementEditorProps) {
  const known = useApi('/v1/actions', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const actions = known.data?.actions.map(({ action }) => action) ?? [];
  const kinds = [...new Set(actions.map((action) => `${action.split(':')[0]}:*`))];
  const { effect, where } = statement;
  const tags = Object.entries(where?.tag ?? {}).map(([name, value]) => `${name}=${value}`);
  const setWhere = (next: { owner?: string[]; tag?: Record<string, string> }) => {
    const merged = { ...where, ...next };
    const kept = {
      ...(merged.owner !== undefined && merged.owner.length > 0 && { owner: merged.owner }),
      ...(merged.tag !== undefined && Object.keys(merged.tag).length > 0 && { tag: merged.tag }),
    };
    const { where: _before, ...rest } = statement;
    onChange({ ...rest, ...(Object.keys(kept).length > 0 && { where: kept }) });
  };
  return (
    <fieldset className={classes.editor} aria-label={`Statement ${number}`}>
      <header>
        <SegmentedControl
          size="xs"
          aria-label={`Effect of statement ${number}`}
          data={[
            { value: 'allow', label: 'May' },
            { value: 'deny', label: 'May not' },
          ]}
          value={effect}
          onChange={(value) => onChange({ ...statement, effect: value as Statement['effect'] })}
        />
        {onRemove !== undefined && (
          <ActionIcon onClick={onRemove} aria-label={`Remove statement ${number}`}>
            <IconTrash size={15} />
          </ActionIcon>
        )}
      </header>
      <div className={classes.pair}>
        <TagsInput
          label="Do"
          description="One action, or all of a kind"
          required
          placeholder={statement.actions.length === 0 ? 'function:invoke, logs:*' : ''}
          data={[
            { group: 'All of a kind', items: ['*', '*:read', ...kinds] },
            { group: 'One action', items: actions },
          ]}
          value={statement.actions}
          onChange={(value) => onChange({ ...statement, actions: value })}
        />
        <TagsInput
          label="On"
          description="By kind and name; * stands for any rest"
          placeholder={statement.resources === undefined ? 'everything, or function:pay-*' : ''}
          value={statement.resources ?? []}
          onChange={(value) => {
            const { resources: _before, ...rest } = statement;
            onChange({ ...rest, ...(value.length > 0 && { resources: value }) });
          }}
        />
        <TagsInput
          label="Owned by"
          placeholder={where?.owner === undefined ? 'anybody' : ''}
          description="@self: themselves; @team: one of their teams"
          data={['@self', '@team']}
          value={where?.owner ?? []}
          onChange={(owner) => setWhere({ owner })}
        />
        <TagsInput
          label="Tagged"
          description="Name and value; * stands for any"
          placeholder={tags.length === 0 ? 'stage=prod' : ''}
          value={tags}
          onChange={(value) => setWhere({ tag: tagsOf(value) })}
        />
      </div>
      {statement.actions.length > 0 && (
        <Text size="sm" c="dimmed" role="status">
          Who has this role {effect === 'allow' ? 'may' : 'may not'} {sentenceOf(statement)}.
        </Text>
      )}
    </fieldset>
  );
}

function tagsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      return at === -1 ? [text, '*'] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
