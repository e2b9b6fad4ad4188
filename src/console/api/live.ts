import type { Query } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { outdate, queryClient } from './hooks.ts';
import { callerText, type Happening, type LiveEvents } from './live-feed.ts';
import { readTogether } from './live-tabs.ts';
import { pauseAbout } from './pause.ts';
import { ApiProblem } from './problem.ts';
import { untilShown } from './shown.ts';
import type { Session } from './things.ts';

/** How fresh what is shown is. */
interface LiveState {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'off';
  /** Since when nothing was heard of the node; the screens show what was known then. */
  readonly staleSinceMs?: number;
}

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;
/** A tab that nobody has looked at for so long hears nothing any more. */
const HIDDEN_MS = 10_000;

/** By which tabs of one browser tell each other for whom they begin to hear, and that somebody has signed out. */
const tabs = new BroadcastChannel('fob-live 1');

let current: LiveState = { state: 'connecting' };
const watchers = new Set<() => void>();
const listeners = new Set<(event: Happening) => void>();
let stopping: AbortController | undefined;

/** How fresh what is shown is, for whoever shows it. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => current,
  );
}

/** Hears each event of one name. Returns what ends that. */
export function onLive<N extends keyof LiveEvents>(name: N, callback: (value: LiveEvents[N]) => void): () => void {
  const listener = (event: Happening) => {
    if (event.name === name) callback(event.value as LiveEvents[N]);
  };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** By what the feed of whoever is signed in is known. */
export function feedOf({ kind, name, token }: Session): string {
  return callerText({ kind, name, ...(token !== undefined && { tokenId: token.id }) });
}

/** Hears the feed of `who`, as `feedOf` says, until the returned function is called. */
export function startLive(who: string): () => void {
  const controller = new AbortController();
  stopping?.abort();
  stopping = controller;
  // Whatever was heard was for somebody else.
  setState({ state: 'connecting' });
  void keepOpen(who, controller.signal);
  return () => controller.abort();
}

/** Tells the other tabs of this browser that nobody is signed in any more, so that none goes on showing what somebody saw. */
export function tellSignedOut(): void {
  tabs.postMessage('');
}

function setState(next: LiveState): void {
  current = next;
  for (const watcher of watchers) watcher();
}

/** The node says that this is the feed of somebody else: another tab of this browser has signed in anew. */
class OtherCaller extends Error {}

/** What was answered before the feed was there; whose it is says the feed itself. */
function wasAnswered({ state, queryKey: [path] }: Query): boolean {
  return state.dataUpdatedAt > 0 && path !== '/v1/session';
}

async function keepOpen(who: string, signal: AbortSignal): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  let heardMs = Date.now();
  let wasLive = false;
  const hearer = {
    onHeard(events: readonly Happening[]): void {
      const hello = events.find((event) => event.name === 'hello');
      if (hello !== undefined && callerText(hello.value.caller) !== who) throw new OtherCaller();
      heardMs = Date.now();
      // Whatever happened before this tab heard, or before another one went on reading, was not heard.
      const isGap = !wasLive || current.state !== 'live' || hello !== undefined;
      if (isGap) void outdate(wasLive ? undefined : wasAnswered);
      wasLive = true;
      waitMs = FIRST_WAIT_MS;
      if (current.state !== 'live') setState({ state: 'live' });
      for (const event of events) for (const listener of listeners) listener(event);
    },
    onSilence(): void {
      if (current.state === 'live') setState({ state: 'reconnecting', staleSinceMs: heardMs });
    },
  };
  while (!signal.aborted) {
    await untilShown(signal);
    tabs.postMessage(who);
    const hidden = watchOthers(who);
    try {
      const both = AbortSignal.any([signal, hidden.signal]);
      await readTogether(who, both, hearer);
    } catch (error) {
      if (error instanceof OtherCaller) void queryClient.resetQueries();
      if (error instanceof ApiProblem && (error.status === 401 || error.status === 403)) {
        if (!signal.aborted) setState({ state: 'off' });
        return;
      }
    } finally {
      hidden.end();
    }
    if (signal.aborted) return;
    if (hidden.signal.aborted) {
      setState({ state: 'connecting' });
      continue;
    }
    setState({ state: wasLive ? 'reconnecting' : 'connecting', staleSinceMs: heardMs });
    await pauseAbout(waitMs, signal);
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  }
}

/**
 * Aborts when the tab has been hidden for long. Shows everything anew where another tab belongs to somebody else: all of them
 * send the same cookie.
 */
function watchOthers(who: string): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  let timer: number | undefined;
  const look = () => {
    window.clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(() => controller.abort(), HIDDEN_MS);
  };
  const hear = ({ data }: MessageEvent<string>) => {
    if (data !== who) void queryClient.resetQueries();
  };
  look();
  document.addEventListener('visibilitychange', look);
  tabs.addEventListener('message', hear);
  const end = () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    tabs.removeEventListener('message', hear);
  };
  return { signal: controller.signal, end };
}
