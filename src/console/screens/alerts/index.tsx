import { useApi } from '../../api/hooks.ts';
import { Page } from '../../ui/page.tsx';
import { ViewTabs } from '../../ui/view-tabs.tsx';
import { Channels } from './channels.tsx';
import { Firing } from './firing.tsx';
import { History } from './history.tsx';
import { Rules } from './rules.tsx';
import { Silences } from './silences.tsx';

/** What fires and why, what fired, what is watched, and who is told. */
export default function Alerts() {
  const count = useApi('/v1/alerts').data?.alerts.length;
  return (
    <Page title="Alerts" lead="What fires now, why, and what to do about it">
      <ViewTabs
        label="Alerts"
        views={[
          { key: 'firing', title: 'Firing now', ...(count !== undefined && { count }), body: () => <Firing /> },
          { key: 'history', title: 'History', body: () => <History /> },
          { key: 'silences', title: 'Silences', body: () => <Silences /> },
          { key: 'rules', title: 'Rules', body: () => <Rules /> },
          { key: 'channels', title: 'Channels', body: () => <Channels /> },
        ]}
      />
    </Page>
  );
}
