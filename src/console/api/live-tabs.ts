import { type Happening, readFeed } from './live-feed.ts';
import { liveMark } from './live-mark.ts';

/** The tab that reads is asked whether it lives when it has said nothing for so long, and is given so long to answer. */
const ASK_AFTER_MS = 4_000;
const ANSWER_MS = 2_000;
/** When the tab that read goes, the others wait for up to this, each for another time, so that one of them is the first. */
const TURN_MS = 100;

/** By what a tab reads: of two, the later one counts, and of two of one time the one whose tab comes first. */
interface Claim {
  readonly term: number;
  readonly tab: string;
}

/** What tabs tell each other; a tab of another version of the console speaks on a channel of another name. */
type Message =
  /** To the tab that reads: whether it lives. */
  | 'ask'
  /** By the tab that reads, of what it hears. */
  | (Claim & {
      /** The node lives, and this happened. */
      readonly heard?: readonly Happening[];
      /** It reads no longer. Where neither is said, nothing is heard yet. */
      readonly isGone?: true;
    });

interface Hearer {
  /** The node was heard; throws where what it says is for somebody else. */
  readonly onHeard: (events: readonly Happening[]) => void;
  /** The tab that reads hears nothing any more; another one tries. */
  readonly onSilence: () => void;
}

const TAB = crypto.getRandomValues(new Uint32Array(2)).join('-');

/**
 * Hears the feed together with all tabs of this browser that belong to the same caller: one of them reads it and tells the
 * others, for a browser has six connections to a node for all of its tabs. Whoever finds that none reads begins to; where two
 * did at once, or one was taken for dead that only slept, the first word of the one tells the other to stop. That two read
 * for a moment does no harm, and so no lock is needed, which browsers have on `https:` and on this machine alone. Ends and throws
 * as `readFeed` does.
 */
export async function readTogether(who: string, signal: AbortSignal, hearer: Hearer): Promise<void> {
  const name = `fob-live 2 ${who}`;
  const channel = new BroadcastChannel(name);
  try {
    // Mostly a tab is the only one, and need not wait for an answer to know.
    let term = liveMark.of(name) === null ? 0 : await follow(channel, signal, hearer);
    while (!signal.aborted) {
      const hasRead = await lead(channel, { term: term + 1, tab: TAB }, signal, hearer);
      if (hasRead) return;
      term = await follow(channel, signal, hearer);
    }
  } finally {
    channel.close();
  }
}

/** Hears what the tab that reads tells, until none does; resolves with the last term that was heard of. */
function follow(channel: BroadcastChannel, signal: AbortSignal, { onHeard, onSilence }: Hearer): Promise<number> {
  return new Promise((resolve) => {
    let lastTerm = 0;
    let followed: Claim | undefined;
    let timer: number | undefined;
    const after = (ms: number, act: () => void): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(act, ms);
    };
    const end = (): void => {
      window.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      unhear();
      resolve(lastTerm);
    };
    const ask = (): void => {
      say(channel, 'ask');
      after(ANSWER_MS, end);
    };
    const unhear = hear(channel, (message) => {
      if (message === 'ask') return;
      // Such as one that slept while another one took its place.
      if (followed !== undefined && isAbove(followed, message)) return;
      const { term, heard, isGone } = message;
      followed = isGone ? undefined : message;
      lastTerm = Math.max(lastTerm, term);
      if (heard === undefined) onSilence();
      else onHeard(heard);
      if (isGone) after(Math.random() * TURN_MS, end);
      else after(ASK_AFTER_MS, ask);
    });
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    else ask();
  });
}

/** Reads the feed, and tells the other tabs; throws and ends as `readFeed` does. False where another tab reads. */
async function lead(channel: BroadcastChannel, claim: Claim, signal: AbortSignal, { onHeard }: Hearer) {
  const lost = new AbortController();
  let isHearing = false;
  const sayState = (): void => say(channel, { ...claim, ...(isHearing && { heard: [] }) });
  const begin = (): void => {
    liveMark.set(channel.name, TAB);
    sayState();
  };
  const unhear = hear(channel, (message) => {
    if (message === 'ask') sayState();
    else if (isAbove(message, claim)) lost.abort();
    // It reads as well, and stops when it hears of this one.
    else if (!message.isGone) begin();
  });
  // A tab that was closed has no time to end what it does.
  const leave = (): void => {
    if (liveMark.of(channel.name) === TAB) liveMark.clear(channel.name);
    if (!lost.signal.aborted) say(channel, { ...claim, isGone: true });
  };
  window.addEventListener('pagehide', leave);
  begin();
  try {
    await readFeed(AbortSignal.any([signal, lost.signal]), (events) => {
      // The others hear another tab by now.
      if (lost.signal.aborted) return;
      onHeard(events);
      isHearing = true;
      say(channel, { ...claim, heard: events });
    });
    return true;
  } catch (error) {
    if (!lost.signal.aborted || signal.aborted) throw error;
    return false;
  } finally {
    unhear();
    window.removeEventListener('pagehide', leave);
    leave();
  }
}

function isAbove(one: Claim, other: Claim): boolean {
  return one.term > other.term || (one.term === other.term && one.tab < other.tab);
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
