import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { Loading } from '../../ui/loading.tsx';
import { NotFound } from '../../ui/not-found.tsx';
import { Page } from '../../ui/page.tsx';
import { TabNav } from '../../ui/tab-nav.tsx';
import { Sandboxes } from './sandboxes.tsx';

const Machine = lazy(() => import('./machine.tsx'));
const StatusView = lazy(() => import('./status-view.tsx'));
const SettingsView = lazy(() => import('./settings-view.tsx'));

/** What runs where: sandboxes and their pools, the machine under them, how the platform keeps its promises, its settings. */
export default function Nodes() {
  return (
    <Page title="Nodes and sandboxes" lead="What runs where, what it takes, and how the platform itself is">
      <TabNav
        label="Parts of nodes and sandboxes"
        tabs={[
          { title: 'Sandboxes', to: '/nodes', end: true },
          { title: 'Machine', to: '/nodes/machine' },
          { title: 'Status', to: '/nodes/status' },
          { title: 'Settings', to: '/nodes/settings' },
        ]}
      />
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route index element={<Sandboxes />} />
          <Route path="machine" element={<Machine />} />
          <Route path="status" element={<StatusView />} />
          <Route path="settings" element={<SettingsView />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </Page>
  );
}
