import { useQueryClient } from '@tanstack/react-query';
import { request } from './client.ts';
import { useApi } from './hooks.ts';
import { tellSignedOut } from './live.ts';
import type { ApiProblem } from './problem.ts';
import type { NodeView, Session } from './things.ts';

/** Who is signed in; its error has the status 401 where nobody is, and the node wants to know. */
export function useSession(): { session: Session | undefined; error: ApiProblem | null; isPending: boolean } {
  const { data, error, isPending } = useApi('/v1/session', undefined, { staleTime: Number.POSITIVE_INFINITY });
  return { session: data as Session | undefined, error, isPending };
}

/** Who is signed in, in one word: what one writes and keeps in this browser is not the next one's who signs in there. */
export function usePerson(): string {
  const { session } = useSession();
  return `${session?.kind} ${session?.name}`;
}

/** How the node is, for those who may see it. */
export function useNode() {
  const query = useApi('/v1/node');
  return { ...query, data: query.data as NodeView | undefined };
}

/** Signs in with a password, or with a token; throws `ApiProblem` where they are wrong. The browser keeps what it gets where no script reads it. */
export async function signIn(credential: { user: string; password: string } | { token: string }): Promise<void> {
  await request('POST', '/v1/session/browser', { body: credential });
}

/** Ends the session here, and everywhere where it came from a password. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await request('DELETE', '/v1/session/browser');
    tellSignedOut();
    client.clear();
    window.location.assign('/console/');
  };
}
