import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { LogQuery } from './query.ts';
import { LogSource } from './source.ts';

/** The lines of a query. While nobody looks at the tab its tail is closed; what was missed is read when somebody does. */
export function useLogSource(query: LogQuery, isLive: boolean): LogSource | undefined {
  const key = JSON.stringify(query);
  const [source, setSource] = useState<LogSource>();
  const isVisible = useDocumentVisibility() !== 'hidden';
  useEffect(() => {
    const used = new LogSource(JSON.parse(key) as LogQuery);
    setSource(used);
    return () => used.stop();
  }, [key]);
  useEffect(() => source?.setLive(isLive && isVisible), [source, isLive, isVisible]);
  return source;
}
