import type { IncomingMessage } from 'node:http';
import type { Engine } from '../../engine/api.ts';
import type { ChosenVersion } from '../../model/invocation.ts';
import { requestKeys } from '../request-keys.ts';

const NO_PAYLOAD = Buffer.alloc(0);

/** Finds the version that a request gets before its payload is made, at once wherever it is in memory. */
export function chooseFor(
  engine: Pick<Engine, 'choose'>,
  req: IncomingMessage,
  target: string,
  onChosen: (chosen: ChosenVersion) => void,
  onRefused: (thrown: unknown) => void,
): void {
  const keys = requestKeys(req, target);
  let choice: ChosenVersion | Promise<ChosenVersion>;
  try {
    choice = engine.choose({ target, payload: NO_PAYLOAD, payloadKind: 'binary', ...(keys !== undefined && { keys }) });
  } catch (thrown) {
    onRefused(thrown);
    return;
  }
  if (choice instanceof Promise) choice.then(onChosen, onRefused);
  else onChosen(choice);
}
