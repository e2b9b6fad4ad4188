import type { ReactNode } from 'react';
import { Page } from '../../ui/page.tsx';
import { TabNav } from '../../ui/tab-nav.tsx';

const TABS = [
  { title: 'Users', to: '/people', end: true },
  { title: 'Teams', to: '/people/teams' },
  { title: 'Roles', to: '/people/roles' },
  { title: 'Tokens', to: '/people/tokens' },
  { title: 'Who may what', to: '/people/can' },
  { title: 'Policies', to: '/people/policies' },
  { title: 'Quotas', to: '/people/quotas' },
  { title: 'Execution roles', to: '/people/execution-roles' },
];

interface PeoplePageProps {
  /** Of the window: the tab says it on the page. */
  readonly title: string;
  readonly lead: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every list here. */
export function PeoplePage({ title, lead, actions, children }: PeoplePageProps) {
  return (
    <Page title={title} heading="People and policies" lead={lead} actions={actions}>
      <TabNav label="Parts of people and policies" tabs={TABS} />
      {children}
    </Page>
  );
}
