import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { Loading } from './loading.tsx';
import { Panel } from './panel.tsx';
import { useUsualRange } from './usual-range.ts';

interface SinceFirstProps {
  /** How far back one looks first, at most. */
  readonly longest: string;
  /** Of this function alone. */
  readonly name?: string | undefined;
  /** What is shown, where the URL says no time, of `usual` until now. */
  readonly children: (usual: string) => ReactNode;
  /** Of what is shown, while it waits. */
  readonly rowHeight?: number;
}

/** Shows the time since the first call, once that is known; at once where the URL says a time. */
export function SinceFirst({ longest, name, children, rowHeight }: SinceFirstProps) {
  const usual = useUsualRange(longest, name);
  const [search] = useSearchParams();
  if (usual !== undefined || search.has('from')) return children(usual ?? '');
  return (
    <Panel flush>
      <Loading rows={10} {...(rowHeight !== undefined && { rowHeight })} />
    </Panel>
  );
}
