import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Routes, useParams } from 'react-router';
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
          <Route path=":name" element={<ByName page={ThingPage} />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    );
  };
}

/** The page of a thing that the path names; that of another one begins anew, with nothing of what was begun on this one. */
export function ByName({ page: ThingPage }: { readonly page: ComponentType }) {
  const { name } = useParams();
  return <ThingPage key={name} />;
}
