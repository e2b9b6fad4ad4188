import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { NotFound } from '../../shell/not-found.tsx';
import { Loading } from '../../ui/loading.tsx';
import { BucketList } from './bucket-list.tsx';

const BucketPage = lazy(() => import('./bucket-page.tsx'));

/** All buckets, and below them what is in each. */
export default function Buckets() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<BucketList />} />
        <Route path=":name" element={<BucketPage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
