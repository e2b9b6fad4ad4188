import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { ByName } from '../../ui/list-and-page.tsx';
import { Loading } from '../../ui/loading.tsx';
import { NotFound } from '../../ui/not-found.tsx';
import { FunctionsList } from './list.tsx';

const FunctionPage = lazy(() => import('../function/index.tsx'));

/** All functions, and below them the page of each. */
export default function Functions() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<FunctionsList />} />
        <Route path=":name/*" element={<ByName page={FunctionPage} />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
