import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { grantWords } from '../../../ui/grant-words.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { functionPath } from '../paths.ts';
import classes from './permissions.module.css';

const NETWORK: Readonly<Record<string, string>> = {
  none: 'It reaches nothing over the network.',
  services: 'Over the network it reaches nothing but what is granted here.',
  hosts: 'Over the network it reaches these hosts, too:',
  internet: 'It reaches the internet, private networks excepted.',
};
/** What the function may do itself: by its execution role, by grants of its own, over the network. */
export function Allowed({ view: { name, config } }: { readonly view: FunctionView }) {
  const role = useApi(
    '/v1/execution-roles/{name}',
    { path: { name: config.role } },
    { enabled: config.role !== '', retry: false },
  );
  return (
    <Panel
      title="What it may do"
      aside={
        <Anchor component={Link} to={functionPath(name, 'configuration', { find: 'grant' })} size="sm">
          Change
        </Anchor>
      }
    >
      <div className={classes.stack}>
        <section aria-label="By its execution role">
          <Text size="sm" fw={600}>
            By its execution role{config.role !== '' && `, ${config.role}`}
          </Text>
          {config.role === '' ? (
            <Text size="sm" c="dimmed">
              It has none.
            </Text>
          ) : (
            <QueryView query={role} what={`The role ${config.role}`} rows={2}>
              {({ grants, description, usedBy }) => (
                <>
                  {description !== '' && <Text size="sm">{description}</Text>}
                  <Grants grants={grants} />
                  <Text size="xs" c="dimmed">
                    {usedBy.length === 1 ? 'No other function has it.' : `${usedBy.length} functions have it.`}
                  </Text>
                </>
              )}
            </QueryView>
          )}
        </section>
        <section aria-label="By grants of its own">
          <Text size="sm" fw={600}>
            By grants of its own
          </Text>
          <Grants grants={config.grants} />
        </section>
        <section aria-label="Over the network">
          <Text size="sm" fw={600}>
            Over the network
          </Text>
          <Text size="sm">{NETWORK[config.network]}</Text>
          {config.network === 'hosts' && (
            <ul className={classes.grants}>
              {config.networkHosts.map((host) => (
                <li key={host}>
                  <code>{host}</code>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </Panel>
  );
}

function Grants({ grants }: { readonly grants: readonly string[] }) {
  if (grants.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing.
      </Text>
    );
  }
  return (
    <ul className={classes.grants}>
      {grants.map((grant) => (
        <li key={grant}>
          {grantWords(grant)} <code className={classes.raw}>{grant}</code>
        </li>
      ))}
    </ul>
  );
}
