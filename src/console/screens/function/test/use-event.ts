import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../../api/hooks.ts';
import { messageOf } from '../../../api/problem.ts';
import type { FunctionView } from '../../../api/things.ts';
import { useTriggerKinds } from '../../../ui/trigger-form/types.ts';
import { useWords } from '../../../ui/words.ts';
import { type BrowserEvent, sourceOfBrowser, useBrowserEvents } from './browser-events.ts';
import { keep, kept } from './kept.ts';
import {
  type Base,
  readSaved,
  savedName,
  sourceOfSaved,
  type TestEvent,
  useSavedByOthers,
  useSavedEvents,
} from './saved.ts';
import { firstSource, sampleOf, sourceGroups } from './sources.ts';

/** The event of a function that nothing wakes. */
const ANY = '{\n  "hello": "world"\n}';

/** The event that a function is to be run with: what it began from, which the URL says, and what was written since. */
export function useEvent(view: FunctionView) {
  const { name, id } = view;
  const [{ event: source }, setWords] = useWords(['event']);
  const setSource = (event: string) => setWords({ event });
  const { kinds = [] } = useTriggerKinds();
  const triggers = useApi('/v1/triggers', { query: { function: name } });
  const found = triggers.data?.triggers ?? [];
  const before = useRef(kept(id));
  // Absent until it is known what it begins with.
  const [written, setText] = useState(before.current?.text);
  const text = written ?? '';
  const [base, setBase] = useState<Base | undefined>(() => baseOf(before.current));
  const saved = useSavedEvents(name, base);
  const inBrowser = useBrowserEvents(id);
  const [fault, setFault] = useState('');

  const write = (next: string, from = source, on = base) => {
    setText(next);
    keep(id, { text: next, source: from, revision: on?.revision });
  };
  /** Writes on a saved event from now on. */
  const take = (event: TestEvent) => {
    setBase(event);
    write(event.text, sourceOfSaved(event.name), event);
  };
  const theirs = useSavedByOthers(base, saved.stands, text, take);
  const contentOf = async (from: string): Promise<{ text: string; saved?: TestEvent }> => {
    if (savedName(from) !== '') {
      const event = await readSaved(name, savedName(from));
      return { text: event.text, saved: event };
    }
    const own = inBrowser.events.find((each) => sourceOfBrowser(each.name) === from);
    return { text: own?.text ?? (await sampleOf(from, view, found)) };
  };

  // It begins with what was written before, else with what the URL names, else as the function's trigger sends it.
  const isReady = !triggers.isPending;
  const begun = useRef(false);
  /** Counts what it was to begin from: an answer that comes after somebody chose otherwise is not wanted any more. */
  const asked = useRef(0);
  const first = async () => {
    const own = ++asked.current;
    if (before.current !== undefined && ['', before.current.source].includes(source)) {
      setSource(before.current.source);
      return;
    }
    const from = source || firstSource(found);
    let content: Awaited<ReturnType<typeof contentOf>> = { text: ANY };
    let problem: unknown;
    try {
      if (from !== undefined) content = await contentOf(from);
    } catch (error) {
      problem = error;
    }
    if (asked.current !== own) return;
    if (problem !== undefined) setFault(messageOf(problem));
    else if (from !== undefined) setSource(from);
    setBase(content.saved);
    // Who was quicker than the node keeps what was typed.
    setText((now) => (now === before.current?.text ? content.text : now));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when what it may begin with is known
  useEffect(() => {
    if (begun.current || !isReady) return;
    begun.current = true;
    void first();
  }, [isReady]);

  /** Begins from something else. */
  const begin = async (from: string) => {
    const own = ++asked.current;
    setFault('');
    setSource(from);
    try {
      const content = await contentOf(from);
      if (asked.current !== own) return;
      setBase(content.saved);
      write(content.text, from, content.saved);
    } catch (error) {
      if (asked.current === own) setFault(messageOf(error));
    }
  };
  /** What it began from is no more: it stays as it is written. */
  const onRemoved = () => {
    setSource('');
    setBase(undefined);
    keep(id, { text, source: '' });
  };

  return {
    source,
    groups: sourceGroups(saved.events, inBrowser.events, found, kinds),
    isWritten: written !== undefined,
    text,
    write,
    take,
    theirs,
    fault,
    saved,
    inBrowser,
    /** The saved event that is written on, where it is still there. */
    base: saved.isThere ? base : undefined,
    /** The saved event that it is, letter for letter. */
    asSaved: saved.isThere && (base?.text ?? saved.stands?.text) === text ? base : undefined,
    begin,
    onRemoved,
    /** It is saved, and written on from now on. */
    onSaved: (event: TestEvent) => {
      const own = inBrowser.events.find((each) => sourceOfBrowser(each.name) === source);
      if (own?.text === event.text) inBrowser.forget(own.name);
      setSource(sourceOfSaved(event.name));
      take(event);
    },
    /** One of this browser is kept with the function now. */
    onMoved: (event: BrowserEvent, as: string) => {
      inBrowser.forget(event.name);
      if (source !== sourceOfBrowser(event.name)) return;
      if (text === event.text) void begin(sourceOfSaved(as));
      else onRemoved();
    },
  };
}

function baseOf(written: ReturnType<typeof kept>): Base | undefined {
  const { source = '', revision } = written ?? {};
  return savedName(source) !== '' && revision !== undefined ? { name: savedName(source), revision } : undefined;
}
