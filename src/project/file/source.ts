import { type Document, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
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

/** The parser goes down by calls: what is nested too deeply for them is refused in words. */
function parse(text: string, lineCounter: LineCounter, fileName: string): Document.Parsed {
  try {
    // The library compares each key with all others of its map, which takes minutes for as many as a file may have.
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw tooDeep(fileName, cause);
  }
}

/** Where the first key begins that its map has already. */
function repeatedKey(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Map(_place, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          offset = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return offset;
}

function tooDeep(fileName: string, cause: RangeError): Problem {
  return new Problem('invalid_request', `${fileName} is nested too deeply`, { cause });
}

/** Reads a YAML (or JSON) text. Throws `invalid_request` that names line and column. */
export function readSource(text: string, fileName: string): Source {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new Problem('invalid_request', `${fileName} is larger than ${MAX_BYTES} bytes`);
  }
  const lines = new LineCounter();
  const document = parse(text, lines, fileName);
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return new Problem('invalid_request', `${fileName}:${line}:${col}: ${message}`, {
      details: { file: fileName, line, column: col },
    });
  };
  const fault = document.errors[0];
  if (fault !== undefined) {
    const message = fault.code === 'RESOURCE_EXHAUSTION' ? 'is nested too deeply' : oneLine(fault.message);
    throw at(fault.pos[0], message);
  }
  let content: unknown;
  try {
    const repeated = repeatedKey(document);
    if (repeated !== undefined) throw at(repeated, 'the keys of a map must be unique');
    content = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    if (cause instanceof RangeError) throw tooDeep(fileName, cause);
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
