import { formatCode } from './code-format.ts';

/** This file's own address, by which a page starts it as a worker. */
export const workerUrl = import.meta.url;

/** What a page and the worker say to each other. */
export interface Asked {
  readonly text: string;
  readonly language: Parameters<typeof formatCode>[1];
}
export type Answered = { readonly text: string } | { readonly fault: string };

// In a page nothing happens: it only asks for the address.
if (typeof document === 'undefined') {
  self.addEventListener('message', ({ data: { text, language } }: MessageEvent<Asked>) => {
    const answer = (answered: Answered) => self.postMessage(answered);
    void formatCode(text, language).then(
      (formatted) => answer({ text: formatted }),
      (error: Error) => answer({ fault: error.message }),
    );
  });
}
