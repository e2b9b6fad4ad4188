import { lazy, Suspense, useEffect, useRef } from 'react';
import { NavLink, Route, Routes, useLocation, useParams } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { NotFound } from '../../shell/not-found.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { HEALTH, healthOf } from '../functions/health.ts';
import classes from './function.module.css';
import { functionPath } from './paths.ts';
import { TABS } from './tabs.ts';

const VIEWS = TABS.map(({ path, load }) => ({ path, View: lazy(load) }));

/** A function's page: its name, how it is, and a tab for each thing that one does with it. */
export default function FunctionPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/functions/{name}', { path: { name } });
  return (
    <Page
      title={name}
      heading={
        <span className={classes.heading}>
          {name}
          {query.data !== undefined && <HealthBadge name={name} />}
        </span>
      }
      lead={query.data?.config.description || undefined}
      crumbs={[{ title: 'Functions', to: '/functions' }]}
    >
      {(query.data !== undefined || query.error === null) && <Tabs name={name} />}
      <QueryView query={query} what={`The function ${name}`}>
        {(view) => (
          <Suspense fallback={<Loading />}>
            <Routes>
              {VIEWS.map(({ path, View }) =>
                path === '' ? (
                  <Route key={path} index element={<View view={view} />} />
                ) : (
                  <Route key={path} path={`${path}/*`} element={<View view={view} />} />
                ),
              )}
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        )}
      </QueryView>
    </Page>
  );
}

function Tabs({ name }: { readonly name: string }) {
  const { pathname } = useLocation();
  const ref = useRef<HTMLElement>(null);
  // On narrow windows the tabs scroll: the one that is shown is to be seen among them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another tab is shown
  useEffect(() => {
    ref.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  return (
    <nav aria-label={`Parts of ${name}`} className={classes.tabs} ref={ref}>
      {TABS.map(({ path, title }) => (
        <NavLink key={path} to={functionPath(name, path)} end={path === ''} className={classes.tab ?? ''}>
          {title}
        </NavLink>
      ))}
    </nav>
  );
}

function HealthBadge({ name }: { readonly name: string }) {
  const { data } = useApi('/v1/top', { query: { window: '10m', filter: name, limit: 1_000 } }, { retry: false });
  if (data === undefined) return null;
  const { word, tone } = HEALTH[healthOf(data.functions.find((each) => each.function === name))];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}
