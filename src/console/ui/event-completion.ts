import type { Extension } from '@codemirror/state';
import { useEffect, useRef, useState } from 'react';

/**
 * Completion of what an event holds, for `CodeEditor`: after `event` (or what the handler calls it) and a dot or a bracket.
 * The sample may change; the extension stays the same, so that the editor keeps its history. `undefined` until it is loaded.
 */
export function useEventCompletion(sample: unknown): readonly Extension[] | undefined {
  const latest = useRef(sample);
  latest.current = sample;
  const [extensions, setExtensions] = useState<readonly Extension[]>();
  useEffect(() => {
    let isGone = false;
    void import('./event-completion-source.ts').then(
      ({ eventCompletion }) => {
        if (!isGone) setExtensions([eventCompletion(() => latest.current)]);
      },
      // A file of an older build: one can write without it.
      () => {
        if (!isGone) setExtensions([]);
      },
    );
    return () => {
      isGone = true;
    };
  }, []);
  return extensions;
}
