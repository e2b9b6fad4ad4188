import init, { format, type InitInput } from '@wasm-fmt/ruff_fmt/web';
import { FORMATTED_WIDTH } from './code-format.ts';

/**
 * Python as Ruff writes it, which is the style of Black; quotes stay as they are. `ruff` is the formatter itself: the address of
 * its WebAssembly, or its bytes. Rejects with why, and the line and column, where the text cannot be read.
 */
export async function formatPython(text: string, ruff: InitInput): Promise<string> {
  await init(ruff);
  try {
    return format(text, null, {
      line_width: FORMATTED_WIDTH,
      indent_style: 'space',
      indent_width: 4,
      quote_style: 'preserve',
    });
  } catch (fault) {
    // It throws texts; an error is the end of its stack or its memory.
    if (typeof fault !== 'string') throw new Error('it is too much for its formatter', { cause: fault });
    throw new Error(withPlace(fault, text), { cause: fault });
  }
}

/** What Ruff says of a fault, with its place counted in lines and columns; it counts in bytes. */
function withPlace(fault: string, text: string): string {
  return fault.replace(/ at byte range (\d+)\.\.\d+$/, (_, offset: string) => {
    const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, Number(offset))).split('\n');
    return ` (${before.length}:${before.at(-1)!.length + 1})`;
  });
}
