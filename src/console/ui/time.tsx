import { useSyncExternalStore } from 'react';
import { formatAgo, formatBytes, formatDuration, formatTime, formatTimeExactly } from './format.ts';

const TICK_MS = 5_000;
let nowMs = Date.now();
const listeners = new Set<() => void>();
let timer: number | undefined;

/** The time, every five seconds: all that show how long ago something was move together. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      timer ??= window.setInterval(() => {
        nowMs = Date.now();
        for (const each of listeners) each();
      }, TICK_MS);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        window.clearInterval(timer);
        timer = undefined;
      };
    },
    () => nowMs,
  );
}

interface TimeProps {
  /** ISO 8601, or milliseconds since 1970. */
  readonly at: string | number;
  /** How long ago it was, in place of when. */
  readonly ago?: boolean;
}

/** A moment; with date and zone when pointed at. */
export function Time({ at, ago = false }: TimeProps) {
  const now = useNow();
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return <span>{String(at)}</span>;
  return (
    <time dateTime={when.toISOString()} title={formatTimeExactly(when)} style={{ whiteSpace: 'nowrap' }}>
      {ago ? formatAgo(when, Math.max(now, Date.now())) : formatTime(when)}
    </time>
  );
}

/** A length of time. */
export function Duration({ ms }: { readonly ms: number }) {
  return <span style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>{formatDuration(ms)}</span>;
}

/** How old something is that was `ms` old when it was read, at `readAtMs`. */
export function Age({ ms, readAtMs }: { readonly ms: number; readonly readAtMs: number }) {
  return <Duration ms={ms + Math.max(0, useNow() - readAtMs)} />;
}

/** An amount of data. */
export function Bytes({ bytes }: { readonly bytes: number }) {
  return <span style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>{formatBytes(bytes)}</span>;
}
