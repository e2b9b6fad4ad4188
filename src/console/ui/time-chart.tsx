import { lazy, Suspense } from 'react';
import { Loading } from './loading.tsx';
import type { TimeChartProps } from './time-chart-canvas.tsx';

export type { Marker, Series, TimeChartProps } from './time-chart-canvas.tsx';

const Canvas = lazy(() => import('./time-chart-canvas.tsx'));

/**
 * Numbers over time: drag to zoom, Shift and drag or arrow keys to move, double click or Escape for the whole, a legend that hides
 * lines, marks on the axis of time. The library is loaded with the first chart.
 */
export function TimeChart(props: TimeChartProps) {
  return (
    <Suspense fallback={<Loading rows={3} />}>
      <Canvas {...props} />
    </Suspense>
  );
}
