import { Alert } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Route, Routes, useParams } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Loading } from '../../ui/loading.tsx';
import { NotFound } from '../../ui/not-found.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { TabNav } from '../../ui/tab-nav.tsx';
import classes from './function.module.css';
import { Health } from './health.tsx';
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
          {query.data !== undefined && <Health view={query.data} />}
        </span>
      }
      lead={query.data?.config.description || undefined}
      crumbs={[{ title: 'Functions', to: '/functions' }]}
    >
      {(query.data !== undefined || query.error === null) && (
        <TabNav
          label={`Parts of ${name}`}
          tabs={TABS.map(({ path, title }) => ({ title, to: functionPath(name, path), end: path === '' }))}
        />
      )}
      {query.data !== undefined && isAbsent(query.error) && (
        <Alert
          color="yellow"
          variant="light"
          role="alert"
          icon={<IconTrash aria-hidden />}
          title={`${name} was removed`}
          classNames={{ title: classes.removed ?? '', icon: classes.removed ?? '' }}
        >
          It serves no more. What stands here is as it was: copy what is to be kept.
        </Alert>
      )}
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

/** Somebody else removed it meanwhile. */
function isAbsent(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}
