import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { Loading } from './loading.tsx';
import { NotFound } from './not-found.tsx';

/** A screen of a list, and below it, by its name, the page of each, which is loaded when it is opened. */
export function listAndPage(List: ComponentType, load: () => Promise<{ default: ComponentType }>): ComponentType {
  const ThingPage = lazy(load);
  return function ListAndPage() {
    return (
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route index element={<List />} />
          <Route path=":name" element={<ThingPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    );
  };
}
