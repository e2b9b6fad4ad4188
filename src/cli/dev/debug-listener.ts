import { request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { functionPath } from '../api.ts';
import { EXIT, Failure } from '../failure.ts';

/** A port of this machine at which a debugger attaches to a function. */
export interface DebugListener {
  readonly port: number;
  close(): void;
}

/**
 * Listens on a port of 127.0.0.1 (0: a free one) and passes each connection on to the debugger of the function's language in
 * its sandbox. `onRefused` hears why one could not be.
 */
export async function listenForDebuggers(options: {
  readonly port: number;
  readonly nodeUrl: string;
  readonly token: string | undefined;
  readonly function: string;
  readonly onRefused: (why: string) => void;
}): Promise<DebugListener> {
  const { nodeUrl, token, onRefused } = options;
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (local) => {
    open.add(local);
    local.on('error', () => local.destroy());
    local.on('close', () => open.delete(local));
    const refused = (why: string): void => {
      onRefused(why);
      local.destroy();
    };
    const tunnel = request(new URL(functionPath(options.function, '/debugger'), nodeUrl), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'tcp',
        ...(token !== undefined && token !== '' && { authorization: `Bearer ${token}` }),
      },
    });
    tunnel.once('error', (error) => refused(error.message));
    tunnel.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.once('end', () => refused((JSON.parse(text) as { detail?: string }).detail ?? text));
    });
    tunnel.once('upgrade', (_response, socket, head) => {
      socket.on('error', () => local.destroy());
      socket.on('close', () => local.destroy());
      local.on('close', () => socket.destroy());
      if (head.length > 0) local.write(head);
      socket.pipe(local);
      local.pipe(socket);
    });
    tunnel.end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Failure(EXIT.refused, `--inspect: cannot listen on port ${options.port} (${cause.code})`, {
          hint: 'another debugger may have it: choose another with --inspect <port>',
          cause,
        }),
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
