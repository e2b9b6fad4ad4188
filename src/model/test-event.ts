import { parseJsonText } from './json.ts';
import { Problem } from './problem.ts';

export const TEST_EVENT_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

/** How large one may be, as UTF-8, and how many a function may have. */
export const TEST_EVENT_LIMITS = { bytes: 262_144, count: 50 } as const;

/** An event that is kept for a function, to run it with again; in the registry under `test-event/<function>/<name>`. */
export interface TestEventDocument {
  readonly function: string;
  /** A function that was made again under the name has another one; events of the old one count as absent. */
  readonly functionId: string;
  readonly name: string;
  /** JSON, letter for letter as it was written. */
  readonly text: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** One with the registry revision that optimistic concurrency compares (an HTTP ETag). */
export interface StoredTestEvent {
  readonly document: TestEventDocument;
  readonly revision: number;
}

/** Throws `too_large` and `invalid_request` for a text that is kept as no event. */
export function assertTestEvent(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > TEST_EVENT_LIMITS.bytes)
    throw new Problem(
      'too_large',
      `a test event has at most ${TEST_EVENT_LIMITS.bytes} bytes, and this one has ${bytes}`,
      { details: { bytes, maxBytes: TEST_EVENT_LIMITS.bytes } },
    );
  try {
    parseJsonText(text);
  } catch (cause) {
    throw new Problem('invalid_request', `a test event is JSON, and this is none: ${(cause as Error).message}`, {
      cause,
    });
  }
}
