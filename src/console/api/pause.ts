/**
 * Resolves after about so many milliseconds, so that many tabs do not ask a node at once that is there again; earlier when the
 * browser is back on the net, or `signal` aborts.
 */
export function pauseAbout(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = () => {
      over.abort();
      window.clearTimeout(timer);
      resolve();
    };
    const timer = window.setTimeout(done, ms * (0.8 + Math.random() * 0.4));
    signal.addEventListener('abort', done, { once: true, signal: over.signal });
    window.addEventListener('online', done, { signal: over.signal });
    if (signal.aborted) done();
  });
}
