import { useQuery } from '@tanstack/react-query';
import { api } from '../../../api/client.ts';
import type { ApiProblem } from '../../../api/problem.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import type { Explanation } from '../../people/explanation.ts';

/** So many teams and users are asked about. */
const MOST = 25;

/** How the rule, roles and grants come out: for those without a credential, every team, every user. */
export function MayInvoke({ name }: { readonly name: string }) {
  const query = useQuery<Explanation[], ApiProblem>({
    queryKey: ['/v1/can', { query: { function: name, callers: true } }],
    queryFn: async ({ signal }) => {
      const [{ teams }, { users }] = await Promise.all([
        api.get('/v1/teams', { signal }),
        api.get('/v1/users', { signal }),
      ]);
      const callers = [
        'anonymous',
        ...teams.slice(0, MOST).map((each) => `team:${each.name}`),
        ...users.slice(0, MOST).map((each) => `user:${each.name}`),
      ];
      return Promise.all(
        callers.map(
          (who) =>
            api.get('/v1/can', {
              query: { who, action: 'function:invoke', resource: `function:${name}` },
              signal,
            }) as Promise<unknown> as Promise<Explanation>,
        ),
      );
    },
  });
  return (
    <Panel title="How that comes out" flush>
      <QueryView query={query} what="Who may invoke it">
        {(found) => (
          <SimpleTable label="Who may invoke it" head={['Who', 'May invoke', 'Why']}>
            {found.map(({ who, allowed, reason }) => (
              <tr key={who}>
                <th scope="row">{who === 'anonymous' ? 'without a credential' : who.replace(':', ' ')}</th>
                <td>
                  <StatusBadge tone={allowed ? 'good' : 'quiet'} plain>
                    {allowed ? 'yes' : 'no'}
                  </StatusBadge>
                </td>
                <td>{reason}</td>
              </tr>
            ))}
          </SimpleTable>
        )}
      </QueryView>
    </Panel>
  );
}
