import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DoorContext } from '../context.ts';
import type { Waived } from '../guard.ts';
import { createHostReader } from './address.ts';
import { isPresignedV2 } from './sigv2.ts';
import { isSigned } from './sigv4.ts';

/** The door for clients of AWS: one endpoint for all services, on the node's own port. */
interface AwsDoor {
  /** Whether a request is for this door: it carries a signature of AWS's kind. */
  claims(req: IncomingMessage): boolean;
  /** What the guard need not check of a claimed request: its credential is the signature, which no web page can make. */
  waived(req: IncomingMessage): Waived;
  /** Answers a claimed request whose host the guard found good. */
  serve(req: IncomingMessage, res: ServerResponse): void;
}

/** Makes the door; the larger part of it is loaded by the first request, so that a node without such clients stays small. */
export function createAwsDoor(context: DoorContext): AwsDoor {
  const hostOf = createHostReader(context.settings);
  let loading: Promise<(req: IncomingMessage, res: ServerResponse) => void> | undefined;
  let handle: ((req: IncomingMessage, res: ServerResponse) => void) | undefined;

  const load = async () => {
    const { createFront } = await import('./front.ts');
    handle = createFront(context, (req) => hostOf(req.headers.host)?.bucket);
    return handle;
  };

  return {
    claims: (req) => isSigned(req.headers.authorization, req.url!) || isPresignedV2(req.url!),
    waived(req) {
      const host = hostOf(req.headers.host)?.name;
      return { origin: true, token: true, ...(host !== undefined && { host }) };
    },
    serve(req, res) {
      if (handle !== undefined) {
        handle(req, res);
        return;
      }
      loading ??= load();
      loading.then(
        (loaded) => loaded(req, res),
        (error: unknown) => {
          loading = undefined;
          context.log.error({ err: error }, 'the door for clients of AWS cannot be loaded');
          res.destroy();
        },
      );
    },
  };
}
