import type { Load } from '../protocol.ts';
import { FrameType } from '../protocol.ts';
import type { Runtime } from '../runtime.ts';
import { DriverSession } from './driver-session.ts';

interface Loading {
  readonly files: Readonly<Record<string, string>>;
  /** `main.callme` where absent. */
  readonly handler?: string;
  readonly options?: Partial<Load>;
}

/** Runs `body` with a driver of a runtime that has loaded some files; ends the driver afterwards. Rejects where they cannot be loaded. */
export async function withDriver<T>(
  runtime: Runtime,
  { files, handler = 'main.callme', options = {} }: Loading,
  body: (session: DriverSession) => Promise<T>,
): Promise<T> {
  const session = new DriverSession(await runtime.locate());
  try {
    await session.next();
    let frame = await session.load(files, handler, options);
    while (frame.type === FrameType.log) frame = await session.next();
    if (frame.type !== FrameType.loaded) throw new Error(frame.body.toString());
    return await body(session);
  } finally {
    await session.close();
  }
}
