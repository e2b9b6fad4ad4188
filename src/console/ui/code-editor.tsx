import { lazy, Suspense } from 'react';
import type { CodeEditorProps } from './code-editor-view.tsx';
import { Loading } from './loading.tsx';

export type { CodeEditorProps } from './code-editor-view.tsx';

const View = lazy(() => import('./code-editor-view.tsx'));

/** An editor of code with the keys, folding and search that one expects; loaded with the first that is shown. Tab goes on until one types, and after Escape. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Loading rows={6} />}>
      <View {...props} />
    </Suspense>
  );
}
