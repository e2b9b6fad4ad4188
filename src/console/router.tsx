import { lazy, Suspense } from 'react';
import { createBrowserRouter } from 'react-router';
import { SCREENS } from './routes.tsx';
import { ScreenFailed } from './shell/screen-failed.tsx';
import { Shell } from './shell/shell.tsx';
import { Loading } from './ui/loading.tsx';
import { NotFound } from './ui/not-found.tsx';

/** Each screen is loaded when it is first gone to; a failure in one leaves the shell standing. */
export const router = createBrowserRouter(
  [
    {
      element: <Shell />,
      errorElement: <ScreenFailed whole />,
      children: [
        ...SCREENS.map(({ path, load }) => {
          const Body = lazy(load);
          return {
            path,
            errorElement: <ScreenFailed />,
            element: (
              <Suspense fallback={<Loading />}>
                <Body />
              </Suspense>
            ),
          };
        }),
        { path: '*', element: <NotFound /> },
      ],
    },
  ],
  { basename: '/console' },
);
