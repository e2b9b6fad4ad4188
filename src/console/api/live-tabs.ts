import { type Happening, readFeed } from './live-feed.ts';

/** The tab that reads is asked whether it lives when it has said nothing for so long, and is given so long to answer. */
const ASK_AFTER_MS = 4_000;
const ANSWER_MS = 2_000;

/** What tabs tell each other; a tab of another version of the console speaks on a channel of another name. */
type Message =
  /** By the tab that reads: the node lives, and this happened. */
  | { readonly heard: readonly Happening[] }
  /** By the tab that reads: nothing is heard, not yet or not any more. */
  | 'silence'
  /** To the tab that reads: whether it lives. */
  | 'ask';

interface Hearer {
  /** The node was heard; throws where what it says is for somebody else. */
  readonly onHeard: (events: readonly Happening[]) => void;
  /** The tab that reads hears nothing any more; another one tries. */
  readonly onSilence: () => void;
}

/** Whether tabs can choose one of them: browsers let them on `https:` and on this machine. */
export const canShare = 'locks' in navigator;

/**
 * Hears the feed together with all tabs of this browser that belong to the same caller: one of them reads it and tells the
 * others, for a browser has six connections to a node for all of its tabs. Whichever has the lock reads. The lock goes on when
 * that tab lets go or is closed, and is taken from a tab that does not answer. Ends and throws as `readFeed` does.
 */
export async function readTogether(who: string, signal: AbortSignal, hearer: Hearer): Promise<void> {
  const name = `fob-live 1 ${who}`;
  const channel = new BroadcastChannel(name);
  try {
    for (let isSilent = false; !signal.aborted; ) {
      const following = follow(channel, hearer);
      const options = isSilent ? { steal: true } : { signal: AbortSignal.any([signal, following.silent]) };
      const hasRead = await withLock(name, options, async (lost) => {
        following.end();
        await lead(channel, AbortSignal.any([signal, lost]), hearer);
      });
      following.end();
      if (hasRead) return;
      isSilent = !isSilent && following.silent.aborted;
    }
  } finally {
    channel.close();
  }
}

/** Hears what the tab that reads tells. `silent` aborts when that one does not answer. */
function follow(channel: BroadcastChannel, { onHeard, onSilence }: Hearer) {
  const silent = new AbortController();
  let timer: number | undefined;
  const wait = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      say(channel, 'ask');
      timer = window.setTimeout(() => silent.abort(), ANSWER_MS);
    }, ASK_AFTER_MS);
  };
  const unhear = hear(channel, (message) => {
    if (message === 'ask') return;
    wait();
    if (message === 'silence') onSilence();
    else onHeard(message.heard);
  });
  wait();
  say(channel, 'ask');
  return {
    silent: silent.signal,
    end(): void {
      window.clearTimeout(timer);
      unhear();
    },
  };
}

/** Reads the feed, and tells the other tabs. */
async function lead(channel: BroadcastChannel, signal: AbortSignal, { onHeard }: Hearer): Promise<void> {
  let isHearing = false;
  const unhear = hear(channel, (message) => {
    if (message === 'ask') say(channel, isHearing ? { heard: [] } : 'silence');
  });
  try {
    await readFeed(signal, (events) => {
      // A tab that was asleep may have lost the lock.
      if (signal.aborted) return;
      onHeard(events);
      isHearing = true;
      say(channel, { heard: events });
    });
  } finally {
    unhear();
    if (!signal.aborted) say(channel, 'silence');
  }
}

/** The returned function ends it. */
function hear(channel: BroadcastChannel, onMessage: (message: Message) => void): () => void {
  const listener = ({ data }: MessageEvent<Message>): void => onMessage(data);
  channel.addEventListener('message', listener);
  return () => channel.removeEventListener('message', listener);
}

function say(channel: BroadcastChannel, message: Message): void {
  channel.postMessage(message);
}

/** Does something while it has a lock, which another tab can take away; throws as that does. False where it was taken away, or never had. */
async function withLock(
  name: string,
  options: LockOptions,
  task: (lost: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const lost = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  try {
    await navigator.locks.request(name, options, async () => {
      await task(lost.signal).catch((error: unknown) => {
        failure = { error };
      });
    });
  } catch {
    lost.abort();
    return false;
  }
  if (failure !== undefined) throw failure.error;
  return true;
}
