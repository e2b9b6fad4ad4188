import { FactGrid } from '../../../ui/fact-grid.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { MEASURES, teamTitle } from './quota.ts';
import { UseMeter } from './use-meter.tsx';
import { useQuotaUsage } from './use-quota-usage.ts';

/** What one team has used of its quota. */
export function TeamUse({ team }: { readonly team: string }) {
  const usage = useQuotaUsage(team);
  return (
    <QueryView query={usage} what="What it uses">
      {({ teams: [found] }) =>
        found === undefined ? null : (
          <Panel
            title={
              found.quota === undefined ? 'What it uses' : `What it uses of the quota of ${teamTitle(found.quota)}`
            }
          >
            <FactGrid
              facts={MEASURES.map(({ measure, title }) => [
                title,
                <UseMeter key={measure} use={found.uses.find((use) => use.measure === measure)} />,
              ])}
            />
          </Panel>
        )
      }
    </QueryView>
  );
}
