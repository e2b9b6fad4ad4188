import { aboutFunction, functionPath } from './api.ts';
import type { NodeClient } from './client.ts';

/** A test event as the native API answers it. */
export interface TestEventView {
  readonly function: string;
  readonly name: string;
  readonly bytes: number;
  readonly revision: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly text: string;
}

export function testEventPath(functionName: string, event: string): string {
  return functionPath(functionName, `/test-events/${encodeURIComponent(event)}`);
}

export async function listTestEvents(
  client: NodeClient,
  functionName: string,
): Promise<readonly Omit<TestEventView, 'text'>[]> {
  const { testEvents } = await aboutFunction(client, functionName, () =>
    client.json<{ testEvents: Omit<TestEventView, 'text'>[] }>('GET', functionPath(functionName, '/test-events')),
  );
  return testEvents;
}

/** One with its text. Throws `not found` where there is no such function, or no such event of it. */
export function testEvent(client: NodeClient, functionName: string, event: string): Promise<TestEventView> {
  return aboutFunction(client, functionName, () =>
    client.json<TestEventView>('GET', testEventPath(functionName, event)),
  );
}
