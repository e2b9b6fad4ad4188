import { cutText, padText, textWidth, wrapText } from './text-width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The fewest cells that this column may be cut to where the terminal is narrow; absent: never cut. */
  readonly shrinkTo?: number;
  /** Gets lines of its own below its row where fewer cells than this are left for it, or others would have to go; for one column. */
  readonly apartUnder?: number;
  /** Apart, it is cut to one line rather than told in whole. */
  readonly isBrief?: boolean;
  /** Goes on below where it does not fit, broken at spaces, rather than being cut. */
  readonly wraps?: boolean;
  /** May be left out altogether on a narrow terminal; higher numbers go first. */
  readonly dropOrder?: number;
  /** Left out on a terminal where no row has anything in it, or just a dash. */
  readonly hideEmpty?: boolean;
  /** Spaces in it mean something, such as the indentation of a tree. */
  readonly keepSpaces?: boolean;
  /** Decorates a cell after it was cut and filled, such as with a colour. */
  readonly decorate?: (cell: string, value: string) => string;
}

const GAP = 2;
/** Before what stands on a line of its own below its row. */
const APART = '  └ ';

/**
 * An aligned table. Where it does not fit into `width` cells, columns are cut from the widest down, then left out in their
 * drop order; a width of `undefined` never cuts.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { width: number | undefined; decorateTitle?: (title: string) => string },
): string[] {
  const flat = rows.map((row) =>
    row.map((cell, at) => (columns[at]?.keepSpaces ? cell : cell.replace(/\s+/g, ' ').trim())),
  );
  const natural = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...flat.map((row) => textWidth(row[index] ?? ''))),
  );
  const filled = columns.flatMap((column, index) =>
    column.hideEmpty === true && options.width !== undefined && flat.every((row) => /^-?$/.test(row[index] ?? ''))
      ? []
      : [index],
  );
  const apart = apartOf(columns, natural, { shown: filled, width: options.width });
  const { shown, widths } = fit(columns, natural, {
    shown: filled.filter((at) => at !== apart),
    width: options.width,
  });
  const line = (cells: readonly string[], decorate: (cell: string, at: number) => string) =>
    shown
      .map((at, position) => {
        const column = columns[at]!;
        const cut = cutText(cells[at] ?? '', widths[at]!);
        const last = position === shown.length - 1 && column.align !== 'right';
        return decorate(last ? cut : padText(cut, widths[at]!, column.align), at);
      })
      .join(' '.repeat(GAP));
  /** A row as the lines that it takes. */
  const linesOf = (row: readonly string[]): string[][] => {
    const parts = row.map((cell, at) => (columns[at]?.wraps ? wrapText(cell, widths[at]) : [cell]));
    const count = Math.max(1, ...shown.map((at) => parts[at]?.length ?? 1));
    return Array.from({ length: count }, (_, index) => parts.map((lines) => lines[index] ?? ''));
  };
  const linesApart = (row: readonly string[]): string[] => {
    const text = apart === undefined ? '' : (row[apart] ?? '');
    if (text === '') return [];
    const room = options.width! - APART.length;
    const { isBrief, decorate } = columns[apart!]!;
    return (isBrief ? [cutText(text, room)] : wrapText(text, room)).map(
      (part, at) => (at === 0 ? APART : ' '.repeat(APART.length)) + (decorate?.(part, text) ?? part),
    );
  };
  const title = line(
    columns.map((column) => column.title),
    (cell) => options.decorateTitle?.(cell) ?? cell,
  );
  return [
    title,
    ...flat.flatMap((row) => [
      ...linesOf(row).map((cells) => line(cells, (cell, at) => columns[at]!.decorate?.(cell, row[at] ?? '') ?? cell)),
      ...linesApart(row),
    ]),
  ].map((text) => text.trimEnd());
}

/** The column that gets lines of its own; `undefined` where there is none, or room enough. */
function apartOf(
  columns: readonly Column[],
  natural: readonly number[],
  { shown, width }: { shown: readonly number[]; width: number | undefined },
): number | undefined {
  const at = shown.find((index) => columns[index]!.apartUnder !== undefined);
  if (at === undefined || width === undefined) return undefined;
  const least = shown.map((index) => Math.min(natural[index]!, leastOf(columns[index]!)));
  return least.reduce((sum, cells) => sum + cells, GAP * (shown.length - 1)) > width ? at : undefined;
}

/** Which columns are shown, and how wide each is. */
function fit(
  columns: readonly Column[],
  natural: readonly number[],
  { shown: wanted, width }: { shown: readonly number[]; width: number | undefined },
): { shown: number[]; widths: number[] } {
  const shown = [...wanted];
  if (width === undefined) return { shown, widths: [...natural] };
  for (;;) {
    const widths = [...natural];
    let excess = shown.reduce((sum, at) => sum + widths[at]!, GAP * (shown.length - 1)) - width;
    while (excess > 0) {
      const widest = shown
        .filter((at) => widths[at]! > leastOf(columns[at]!))
        .sort((a, b) => widths[b]! - widths[a]!)[0];
      if (widest === undefined) break;
      widths[widest]!--;
      excess--;
    }
    if (excess <= 0) return { shown, widths };
    const dropped = shown
      .filter((at) => columns[at]!.dropOrder !== undefined)
      .sort((a, b) => columns[b]!.dropOrder! - columns[a]!.dropOrder!)[0];
    if (dropped === undefined) return { shown, widths };
    shown.splice(shown.indexOf(dropped), 1);
  }
}

/** The fewest cells that a column may be cut to; without end where it is never cut. */
function leastOf({ apartUnder, shrinkTo }: Column): number {
  return apartUnder ?? shrinkTo ?? Number.POSITIVE_INFINITY;
}

/**
 * Names and values below each other, values aligned; a value of several lines, or one that does not fit into `width`
 * cells, keeps its indent.
 */
export function renderPairs(
  pairs: readonly (readonly [string, string])[],
  options: { width: number | undefined; decorateName?: (name: string) => string },
): string[] {
  const nameWidth = Math.max(0, ...pairs.map(([name]) => textWidth(name)));
  const room = options.width === undefined ? undefined : options.width - nameWidth - GAP;
  return pairs.flatMap(([name, value]) =>
    value
      .split('\n')
      .flatMap((line) => wrapText(line, room))
      .map((line, index) => {
        const head = padText(index === 0 ? name : '', nameWidth);
        return `${options.decorateName?.(head) ?? head}${' '.repeat(GAP)}${line}`.trimEnd();
      }),
  );
}
