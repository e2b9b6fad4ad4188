import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { ByName } from '../../ui/list-and-page.tsx';
import { Loading } from '../../ui/loading.tsx';
import { NotFound } from '../../ui/not-found.tsx';
import { RepositoryList } from './repository-list.tsx';

const RepositoryPage = lazy(() => import('./repository-page.tsx'));
const ProjectList = lazy(() => import('./project-list.tsx'));
const ProjectPage = lazy(() => import('./project-page.tsx'));

/** Where code comes from: repositories and what they deployed, project files and what was changed outside of them. */
export default function Repositories() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<RepositoryList />} />
        <Route path="projects" element={<ProjectList />} />
        <Route path="projects/:name" element={<ByName page={ProjectPage} />} />
        <Route path=":name" element={<ByName page={RepositoryPage} />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
