'use strict';
/** Thrown values as the protocol's ERROR body: type, message, and the user's own part of the stack. */
const MAX_MESSAGE_CHARS = 16_384;
const MAX_STACK_CHARS = 32_768;
const MAX_CAUSES = 4;

/** `{ reason, type, message, stack, line? }` of anything thrown; never throws itself. */
function describe(reason, thrown, codeFolder = '/code') {
  try {
    if (thrown instanceof Error || (typeof thrown === 'object' && thrown !== null && typeof thrown.stack === 'string'))
      return describeError(reason, thrown, codeFolder);
    return { reason, type: typeName(thrown), message: cut(text(thrown), MAX_MESSAGE_CHARS), stack: '' };
  } catch {
    return { reason, type: 'Error', message: 'the function threw a value that cannot be described', stack: '' };
  }
}

function describeError(reason, error, codeFolder) {
  const stack = cut(ownStack(error, codeFolder), MAX_STACK_CHARS);
  const place = stack.match(/\/code\/[^\n]*?:(\d+)/);
  return {
    reason,
    type: errorType(error),
    message: cut(String(error.message), MAX_MESSAGE_CHARS),
    stack,
    ...(place === null ? {} : { line: Number(place[1]) }),
  };
}

function errorType(error) {
  const name = typeof error.name === 'string' && error.name !== '' ? error.name : 'Error';
  return name === 'Error' ? error.constructor?.name || name : name;
}

/** The stack without the driver's and Node's own frames, and with paths as the function knows them; causes follow. */
function ownStack(error, codeFolder) {
  const parts = [];
  for (let at = error; at instanceof Error && parts.length < MAX_CAUSES; at = at.cause)
    parts.push(ownFrames(String(at.stack), codeFolder));
  return parts.join('\nCaused by: ');
}

function ownFrames(stack, codeFolder) {
  const own = stack
    .split('\n')
    .filter(
      (line) =>
        !(/^\s+at /.test(line) && (line.includes(__dirname) || /\(?node:|^\s+at (?:async )?<anonymous>$/.test(line))),
    )
    .join('\n')
    .replaceAll('file:///', '/');
  return codeFolder === '/code' ? own : own.replaceAll(`${codeFolder}/`, '/code/');
}

function typeName(value) {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' || typeof value === 'function'
    ? (value.constructor?.name ?? 'Object')
    : typeof value;
}

function text(value) {
  if (typeof value !== 'object' || value === null) return String(value);
  return typeof value.message === 'string' ? value.message : (JSON.stringify(value) ?? String(value));
}

function cut(long, chars) {
  return long.length <= chars ? long : `${long.slice(0, chars)}…`;
}

module.exports = { describe };
