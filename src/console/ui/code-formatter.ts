import type { Answered, Asked } from './code-format-worker.ts';

/** A calm machine takes seconds for what is long, and one that does much besides many times that. */
const MOST_MS = 60_000;

/**
 * Formats code in a worker of its own: long code takes seconds, for which the page must not stand still. Rejects with why where
 * it cannot be read, and where it takes too long.
 */
export async function formatBeside(text: string, language: Asked['language']): Promise<string> {
  const { workerUrl } = await import('./code-format-worker.ts');
  const worker = new Worker(workerUrl, { type: 'module' });
  try {
    const answered = await new Promise<Answered>((resolve) => {
      setTimeout(() => resolve({ fault: 'it takes too long; format it on your machine' }), MOST_MS);
      worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => resolve(data));
      worker.addEventListener('error', () => resolve({ fault: 'its formatter could not be loaded' }));
      worker.postMessage({ text, language } satisfies Asked);
    });
    if ('fault' in answered) throw new Error(answered.fault);
    return answered.text;
  } finally {
    worker.terminate();
  }
}
