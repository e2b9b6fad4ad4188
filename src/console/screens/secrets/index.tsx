import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { NotFound } from '../../shell/not-found.tsx';
import { Loading } from '../../ui/loading.tsx';
import { SecretList } from './secret-list.tsx';

const SecretPage = lazy(() => import('./secret-page.tsx'));

/** Secrets: which there are, and below them the page of each. No value is ever shown. */
export default function Secrets() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<SecretList />} />
        <Route path=":name" element={<SecretPage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
