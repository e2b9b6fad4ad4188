import { isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { Problem } from '../../model/problem.ts';

const MAX_BYTES = 1_048_576;
/** Expanded aliases beyond this are a trap, not a file. */
const MAX_ALIASES = 100;

export type Path = readonly (string | number)[];

/** A YAML text, and where in it everything stands. */
export interface Source {
  readonly content: unknown;
  /** A problem about what stands at a path, or nearest above it, with line and column. */
  problem(path: Path, message: string): Problem;
}

/** Reads a YAML (or JSON) text. Throws `invalid_request` that names line and column. */
export function readSource(text: string, fileName: string): Source {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new Problem('invalid_request', `${fileName} is larger than ${MAX_BYTES} bytes`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return new Problem('invalid_request', `${fileName}:${line}:${col}: ${message}`, {
      details: { file: fileName, line, column: col },
    });
  };
  const fault = document.errors[0];
  if (fault !== undefined) throw at(fault.pos[0], oneLine(fault.message));
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw new Problem('invalid_request', `${fileName}: ${oneLine((cause as Error).message)}`, { cause });
  }

  /** Where the key, else the value, at a path begins. */
  const offsetOf = (path: Path): number | undefined => {
    const parent = path.length === 0 ? document.contents : document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    for (const { key } of (parent as { items?: { key?: unknown }[] } | null)?.items ?? []) {
      if (isScalar(key) && String(key.value) === String(last)) return key.range?.[0];
    }
    const node = document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  };
  return {
    content,
    problem(path, message) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsetOf(path.slice(0, length));
        if (offset !== undefined) return at(offset, message);
      }
      return at(0, message);
    },
  };
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim();
}
