import { createRequire } from 'node:module';
import { join } from 'node:path';
import { freePort, type Server, startServer } from '../machine/server.ts';

/** What fob is compared with. Each answers every request with the same small JSON body, from one process. */
interface Peer {
  readonly name: string;
  /** `logFile` takes what it prints. */
  start(logFile: string): Promise<Server>;
}

const require = createRequire(import.meta.url);
const HERE = import.meta.dirname;
const FUNCTIONS_FRAMEWORK = join(HERE, '../../node_modules/@google-cloud/functions-framework/build/src/main.js');

/** The least that Node.js can do over HTTP: the reference for both languages. */
export const nodeHttp = peer('node:http', process.execPath, (port) => [join(HERE, 'node-http.js'), String(port)]);

/** Cloudflare's workerd: isolates within one process. */
export const workerd = peer('workerd', (require('workerd') as { default: string }).default, (port) => [
  'serve',
  join(HERE, 'workerd/config.capnp'),
  `--socket-addr=http=127.0.0.1:${port}`,
]);

/** Google's functions-framework, as its function images run it: one process, no sandbox. */
export const functionsFramework = peer('functions-framework', process.execPath, (port) => [
  FUNCTIONS_FRAMEWORK,
  '--target=callme',
  `--source=${join(HERE, 'functions-framework')}`,
  `--port=${port}`,
]);

export const PEERS: readonly Peer[] = [nodeHttp, workerd, functionsFramework];

function peer(name: string, program: string, parameters: (port: number) => string[]): Peer {
  return {
    name,
    async start(logFile) {
      const port = await freePort();
      const environment = { NODE_ENV: 'production' };
      return startServer({ name, program, parameters: parameters(port), environment, port, readyPath: '/', logFile });
    },
  };
}
