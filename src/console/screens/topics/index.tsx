import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { NotFound } from '../../shell/not-found.tsx';
import { Loading } from '../../ui/loading.tsx';
import { TopicList } from './topic-list.tsx';

const TopicPage = lazy(() => import('./topic-page.tsx'));

/** All topics, and below them each with its subscribers. */
export default function Topics() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<TopicList />} />
        <Route path=":name" element={<TopicPage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
