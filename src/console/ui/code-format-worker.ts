import ruff from '@wasm-fmt/ruff_fmt/wasm';
import { assertNotMuchLonger, formatCode } from './code-format.ts';
import type { Language } from './code-language.ts';

/** This file's own address, by which a page starts it as a worker. */
export const workerUrl = import.meta.url;

/** What a page and the worker say to each other. */
export interface Asked {
  readonly text: string;
  readonly language: Language & ('javascript' | 'typescript' | 'python');
}
export type Answered = { readonly text: string } | { readonly fault: string };

// In a page nothing happens: it only asks for the address.
if (typeof document === 'undefined') {
  self.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
    const answer = (answered: Answered) => self.postMessage(answered);
    void formatted(data).then(
      (text) => answer({ text }),
      (error: Error) => answer({ fault: error.message }),
    );
  });
}

async function formatted(asked: Asked): Promise<string> {
  const text = await written(asked);
  assertNotMuchLonger(asked.text, text);
  return text;
}

async function written({ text, language }: Asked): Promise<string> {
  if (language !== 'python') return formatCode(text, language);
  const { formatPython } = await import('./python-format.ts');
  return formatPython(text, new URL(ruff, import.meta.url));
}
