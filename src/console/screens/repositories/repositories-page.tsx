import type { ReactNode } from 'react';
import { Page } from '../../ui/page.tsx';
import { TabNav } from '../../ui/tab-nav.tsx';

interface RepositoriesPageProps {
  readonly title: string;
  readonly lead: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of both lists. */
export function RepositoriesPage({ title, lead, actions, children }: RepositoriesPageProps) {
  return (
    <Page title={title} heading="Repositories and projects" lead={lead} actions={actions}>
      <TabNav
        label="Parts of repositories and projects"
        tabs={[
          { title: 'Repositories', to: '/repositories', end: true },
          { title: 'Projects', to: '/repositories/projects' },
        ]}
      />
      {children}
    </Page>
  );
}
