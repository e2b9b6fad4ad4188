import { resolve } from 'node:path';
import type { ServerDeps } from '../context.ts';
import { consoleTypes } from './console-types.ts';
import { ask, startTestServer } from './test-server.ts';

/** The file that holds the types of the console. */
export const TYPES_FILE = resolve(import.meta.dirname, '..', '..', 'console', 'api', 'types.gen.ts');

/** The types as the routes of this source state them. */
export async function currentTypes(): Promise<string> {
  // Their routes are described whatever stands behind them.
  const parts = { alerts: {}, status: {} } as unknown as Pick<ServerDeps, 'alerts' | 'status'>;
  const test = await startTestServer({}, parts);
  try {
    return consoleTypes((await ask(test, 'GET', '/v1/openapi.json')).json);
  } finally {
    await test.server.close();
  }
}
