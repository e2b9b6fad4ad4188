import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { NotFound } from '../../shell/not-found.tsx';
import { Loading } from '../../ui/loading.tsx';
import { QueueList } from './queue-list.tsx';

const QueuePage = lazy(() => import('./queue-page.tsx'));

/** All queues, and below them each with its messages and settings. */
export default function Queues() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<QueueList />} />
        <Route path=":name" element={<QueuePage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
