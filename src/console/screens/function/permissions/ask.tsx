import { Autocomplete, Button, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { useWords } from '../../../ui/words.ts';
import type { Explanation } from '../../people/explanation.ts';
import { useKnownCallers } from './known-callers.ts';
import classes from './permissions.module.css';

const ACTIONS = [
  ...['invoke', 'read', 'deploy', 'configure', 'release', 'code', 'payloads', 'remove'].map(
    (each) => `function:${each}`,
  ),
  ...['trigger:write', 'logs:read', 'metrics:read', 'event:write', 'alert:write'],
  ...['bucket:read', 'bucket:write', 'queue:send', 'topic:publish', 'kv:read', 'secret:read'],
];

/** "Can somebody do something?", with the reason, and what would be needed where not. */
export function Ask({ name }: { readonly name: string }) {
  const [asked, setAsked] = useWords(['who', 'action', 'resource']);
  const [who, setWho] = useState(asked.who);
  const [action, setAction] = useState(asked.action || 'function:invoke');
  const [resource, setResource] = useState(asked.resource || `function:${name}`);
  const isAsked = asked.who !== '' && asked.action !== '';
  const query = useApi(
    '/v1/can',
    { query: { who: asked.who, action: asked.action, ...(asked.resource !== '' && { resource: asked.resource }) } },
    { enabled: isAsked, retry: false, keepPrevious: true },
  );
  const known = [`function:${name}`, ...useKnownCallers()];
  return (
    <Panel title="Can somebody do something?">
      <form
        className={classes.ask}
        onSubmit={(event) => {
          event.preventDefault();
          if (who.trim() !== '') setAsked({ who: who.trim(), action: action.trim(), resource: resource.trim() });
        }}
      >
        <Autocomplete
          label="Can"
          placeholder="user:ada, team:shop, function:pay, anonymous"
          data={known}
          value={who}
          onChange={setWho}
          spellCheck={false}
        />
        <Autocomplete label="do" data={ACTIONS} value={action} onChange={setAction} spellCheck={false} />
        <TextInput
          label="to"
          description="Empty: to everything"
          value={resource}
          onChange={(event) => setResource(event.currentTarget.value)}
          spellCheck={false}
        />
        <Button type="submit" disabled={who.trim() === ''}>
          Ask
        </Button>
      </form>
      {isAsked && (
        <div className={classes.answer} role="status">
          <QueryView query={query} what="The answer" rows={2}>
            {(answer) => {
              const { allowed, reason, needed, roles, exists } = answer as unknown as Explanation;
              return (
                <>
                  <StatusBadge tone={allowed ? 'good' : 'bad'}>{allowed ? 'Yes' : 'No'}</StatusBadge>
                  <Text size="sm">{reason}</Text>
                  {exists === false && <Text size="sm">There is no such function, though.</Text>}
                  {needed !== undefined && (
                    <Text size="sm">
                      What would be needed: <code>{needed}</code>
                    </Text>
                  )}
                  {roles.length > 0 && (
                    <Text size="xs" c="dimmed">
                      Roles: {roles.map(({ role, through }) => `${role} through ${through}`).join(', ')}
                    </Text>
                  )}
                </>
              );
            }}
          </QueryView>
        </div>
      )}
      {who !== '' && <CommandLine words={['can', who, action, ...(resource === '' ? [] : [resource])]} />}
    </Panel>
  );
}
