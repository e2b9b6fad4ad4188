import type { Outcome } from '../model/invocation.ts';
import { BYTES_PER_MB } from '../model/units.ts';
import { type DriverError, OUTBOX_LIMITS } from '../runtime/protocol.ts';
import type { SandboxExit } from '../sandbox/sandbox.ts';

/** The outcomes that the engine itself pronounces, and the translation of the driver's and the sandbox's words. */

export function timedOut(timeoutMs: number): Outcome {
  return {
    status: 'timed_out',
    error: {
      type: 'TimeoutError',
      message: `the function did not finish within its timeout of ${timeoutMs} ms`,
      stack: '',
    },
  };
}

export function cancelled(): Outcome {
  return {
    status: 'cancelled',
    error: { type: 'CancelledError', message: 'the caller hung up before the function finished', stack: '' },
  };
}

export function resultTooLarge(limitBytes: number): Outcome {
  return {
    status: 'failed',
    reason: 'result_too_large',
    error: {
      type: 'ResultTooLargeError',
      message: `the result is larger than the limit of ${limitBytes} bytes`,
      stack: '',
    },
  };
}

export function outboxTooLarge(): Outcome {
  const { items, bytes } = OUTBOX_LIMITS;
  return {
    status: 'failed',
    reason: 'result_too_large',
    error: {
      type: 'OutboxTooLargeError',
      message: `the function put more in its outbox than the ${items} items and ${bytes / BYTES_PER_MB} MB that one invocation may send`,
      stack: '',
    },
  };
}

/** The access list of the function that was to be sent to does not allow it. */
export function keptOutOf(target: string): Outcome {
  return {
    status: 'failed',
    reason: 'not_granted',
    error: {
      type: 'NotGrantedError',
      message: `the function may not send to function:${target}: its access list does not allow it (fob access ${target})`,
      stack: '',
    },
  };
}

/** `grant`: the one that it would have needed. */
export function notGranted(functionName: string, destination: string, grant: string): Outcome {
  return {
    status: 'failed',
    reason: 'not_granted',
    error: {
      type: 'NotGrantedError',
      message: `the function may not send to ${destination}: it needs the grant '${grant}', as by: fob set ${functionName} --grant ${grant}`,
      stack: '',
    },
  };
}

export function protocolBroken(how: string): Outcome {
  return {
    status: 'crashed',
    error: {
      type: 'DriverProtocolError',
      message: `the function's process broke the driver protocol: ${how}`,
      stack: '',
    },
  };
}

export function stoppedByNode(): Outcome {
  return {
    status: 'crashed',
    error: { type: 'NodeStoppingError', message: 'the node stopped before the function finished', stack: '' },
  };
}

export function failed(error: DriverError): Outcome {
  const { type, message, stack } = error;
  if (error.reason === 'cancelled') return cancelled();
  return { status: 'failed', reason: error.reason, error: { type, message, stack } };
}

/** The outcome of the call that ran when its sandbox ended by itself. */
export function ended(exit: SandboxExit, memoryMb: number): Outcome {
  if (exit.reason === 'out_of_memory') {
    return {
      status: 'out_of_memory',
      error: {
        type: 'OutOfMemoryError',
        message: `the function needed more than its ${memoryMb} MB of memory`,
        stack: '',
      },
    };
  }
  const how =
    exit.reason === 'exited' ? `exited with code ${exit.code ?? 0}` : `was ended by signal ${exit.signal ?? 'SIGKILL'}`;
  return {
    status: 'crashed',
    error: { type: 'ProcessExitError', message: `the function's process ${how} before it answered`, stack: '' },
  };
}
