import { lazy, Suspense } from 'react';
import { Route, Routes, useParams } from 'react-router';
import { Loading } from '../../ui/loading.tsx';
import { NotFound } from '../../ui/not-found.tsx';
import { FunctionsList } from './list.tsx';

const FunctionPage = lazy(() => import('../function/index.tsx'));

/** Another page for each: nothing that was typed, chosen or known for one is there for another. */
function OneFunction() {
  return <FunctionPage key={useParams().name} />;
}

/** All functions, and below them the page of each. */
export default function Functions() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<FunctionsList />} />
        <Route path=":name/*" element={<OneFunction />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
