import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keyOf } from './hooks.ts';
import type { ApiProblem } from './problem.ts';
import { useSession } from './session.ts';

/** Beside an action: whether there may be anything that one may do it to, such as what one is about to make. */
export const ANY = Symbol('any');
/** Upon what: `secret:mail`, `ANY`, or nothing for what there is one of. */
export type Target = string | typeof ANY | undefined;

export interface Verdict {
  /** `undefined` while it is not known. The node decides once more when it is tried. */
  readonly allowed: boolean | undefined;
  /** Where it is not: what is missing, and who can give it. */
  readonly reason?: string;
}

interface Question {
  readonly action: string;
  readonly resource?: string;
  readonly any?: true;
}
type Answer = { allowed: boolean; reason?: string };
interface Waiting {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** The API takes no more at once. */
const MAX_QUESTIONS = 200;
let waiting: Waiting[] = [];

/**
 * Whether who is signed in may do this: `useMay('secret:write', 'secret:mail')`, `useMay('secret:write', ANY)`,
 * `useMay('identity:write')`. Answers are kept; all questions of one view are one request.
 */
export function useMay(action: string, on?: Target): Verdict {
  const { session } = useSession();
  const question: Question = { action, ...(on === ANY ? { any: true } : on !== undefined && { resource: on }) };
  const { data, isError } = useQuery<Answer, ApiProblem>({
    queryKey: keyOf('/v1/can', { query: question }),
    queryFn: () => ask(question),
    enabled: session !== undefined && session.kind !== 'operator',
  });
  if (session?.kind === 'operator') return { allowed: true };
  if (data !== undefined) return data;
  // Whoever cannot be told beforehand hears it when they try.
  return { allowed: isError ? true : undefined };
}

/** Joins the questions that are asked in one turn. */
function ask(question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    waiting.push({ question, resolve, reject });
    if (waiting.length === 1) setTimeout(send, 0);
  });
}

function send(): void {
  const all = waiting;
  waiting = [];
  for (let at = 0; at < all.length; at += MAX_QUESTIONS) void sendSome(all.slice(at, at + MAX_QUESTIONS));
}

async function sendSome(some: readonly Waiting[]): Promise<void> {
  try {
    const { answers } = await api.post('/v1/can', { body: { questions: some.map(({ question }) => question) } });
    for (const [at, { resolve }] of some.entries()) resolve(answers[at]!);
  } catch (error) {
    for (const { reject } of some) reject(error);
  }
}
