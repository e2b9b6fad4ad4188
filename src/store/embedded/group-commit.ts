import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../model/problem.ts';
import { failed, type Operations, type Reply, type Request, type Service } from './rpc.ts';

/**
 * Answers requests that arrived together out of one transaction, so that they share one write to disk.
 *
 * An operation refuses by throwing a `Problem` before it has written anything; that concerns its caller alone. Any other
 * error, or a commit that fails, undoes all of them, and each is then tried in a transaction of its own, so that a
 * request that does not fit on a full disk takes no other down; `undone` is called before. Operations named in `alone` see
 * to their transaction themselves.
 */
export function groupCommit(
  db: DatabaseSync,
  operations: Operations,
  alone: ReadonlySet<string>,
  undone: () => void = () => {},
): Service {
  const run = (request: Request): Reply => {
    try {
      return { id: request.id, value: operations[request.method]!(...request.args) };
    } catch (error) {
      if (error instanceof Problem) return failed(request, error);
      throw error;
    }
  };

  const runAlone = (request: Request): Reply => {
    try {
      return run(request);
    } catch (error) {
      return failed(request, error);
    }
  };

  const commit = (requests: readonly Request[]): Reply[] => {
    try {
      db.exec('BEGIN');
      const replies = requests.map(run);
      db.exec('COMMIT');
      return replies;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      undone();
      if (requests.length === 1) return [failed(requests[0]!, error)];
      return requests.flatMap((request) => commit([request]));
    }
  };

  return {
    answer(requests, reply) {
      let together: Request[] = [];
      const replies: Reply[] = [];
      const commitTogether = (): void => {
        if (together.length > 0) replies.push(...commit(together));
        together = [];
      };
      for (const request of requests) {
        if (!alone.has(request.method)) together.push(request);
        else {
          commitTogether();
          replies.push(runAlone(request));
        }
      }
      commitTogether();
      reply(replies);
    },
    close: () => db.close(),
  };
}
