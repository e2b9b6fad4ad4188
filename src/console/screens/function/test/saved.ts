import { useEffect } from 'react';
import { api } from '../../../api/client.ts';
import { keyOf, queryClient, useApi } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';

export const TEST_EVENTS = '/v1/functions/{name}/test-events';
const TEST_EVENT = '/v1/functions/{name}/test-events/{event}';

/** An event that the node keeps for a function. */
export type TestEvent = Api['GET /v1/functions/{name}/test-events/{event}']['answer'];

/** The saved event that is being written on: where it stood when it was taken, and its text then, where that is known. */
export interface Base {
  readonly name: string;
  readonly revision: number;
  readonly text?: string | undefined;
}

/** The source that a saved event is, as the URL says it. */
export const sourceOfSaved = (name: string): string => `saved:${name}`;

/** The name of the saved event that a source is; empty for another one. */
export function savedName(source: string): string {
  return source.startsWith('saved:') ? source.slice('saved:'.length) : '';
}

/** A saved event as it stands now. Rejects with `ApiProblem`. */
export function readSaved(name: string, event: string): Promise<TestEvent> {
  const path = { name, event };
  return queryClient.fetchQuery({
    queryKey: keyOf(TEST_EVENT, { path }),
    queryFn: ({ signal }) => api.get(TEST_EVENT, { path, signal }),
    staleTime: 0,
  });
}

/** All that is saved for a function, and how the one that is being written on stands now. */
export function useSavedEvents(name: string, base: Base | undefined) {
  const { data, isPending } = useApi(TEST_EVENTS, { path: { name } });
  const events = data?.testEvents ?? [];
  const listed = events.find((each) => each.name === base?.name);
  const isThere = base !== undefined && listed !== undefined;
  const { data: stands } = useApi(
    TEST_EVENT,
    { path: { name, event: base?.name ?? '' } },
    // Asked for where it is not known: others have saved it again, or the page was opened anew.
    { enabled: isThere && (listed.revision !== base.revision || base.text === undefined) },
  );
  return { events, isPending, isThere, stands: isThere && stands?.name === base.name ? stands : undefined };
}

/** Follows what others save: `take` gets it where nobody has written on; else it is returned, to be asked about. */
export function useSavedByOthers(
  base: Base | undefined,
  stands: TestEvent | undefined,
  text: string,
  take: (event: TestEvent) => void,
): TestEvent | undefined {
  const isNewer = base !== undefined && stands !== undefined && stands.revision > base.revision;
  const isUntouched = isNewer && (text === base.text || text === stands.text);
  useEffect(() => {
    if (isUntouched) take(stands);
  });
  return isNewer && !isUntouched ? stands : undefined;
}
