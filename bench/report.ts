import type { Row, Table, Unit } from './scenario.ts';

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly tables: readonly Table[];
  /** Why the scenario could not be measured. */
  readonly error?: string;
}

/** Where and how the figures were made; nothing that names the machine or its owner. */
export interface Circumstances {
  readonly command: string;
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly nodeVersion: string;
}

const DECIMALS: Readonly<Record<Unit, number>> = {
  'req/s': 0,
  'functions/s': 1,
  µs: 0,
  ms: 1,
  s: 2,
  MB: 1,
  '%': 2,
  count: 0,
};

/** A figure as people read it: `31,200 req/s`, `8.4 ms`. */
export function formatValue(value: number, unit: Unit): string {
  const digits = DECIMALS[unit];
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === 'count' ? text : `${text} ${unit}`;
}

/** The figure that a goal is for: the ratio to the reference, or the value itself where there is none. */
export function judgedValue(row: Row): number {
  return row.reference === undefined ? row.value : row.value / row.reference.value;
}

/** Whether a row's goal is reached; `undefined` where it has none. */
export function isMet(row: Row): boolean | undefined {
  if (row.goal === undefined) return undefined;
  if (row.fault !== undefined) return false;
  const value = judgedValue(row);
  return 'atLeast' in row.goal ? value >= row.goal.atLeast : value <= row.goal.atMost;
}

/** Figures beside their goals. */
export function resultTable(title: string, rows: readonly Row[]): Table {
  return {
    title,
    columns: ['measure', 'measured', 'compared with', 'ratio', 'goal', 'met'],
    rows: rows.map((row) => [
      [row.measure, row.note && `(${row.note})`].filter(Boolean).join(' '),
      formatValue(row.value, row.unit),
      row.reference === undefined ? '' : `${row.reference.name}: ${formatValue(row.reference.value, row.unit)}`,
      row.reference === undefined ? '' : `${judgedValue(row).toFixed(2)} ×`,
      formatGoal(row),
      formatMet(row),
    ]),
  };
}

function formatGoal(row: Row): string {
  if (row.goal === undefined) return '';
  const [sign, bound] = 'atLeast' in row.goal ? ['≥', row.goal.atLeast] : ['≤', row.goal.atMost];
  return row.reference === undefined ? `${sign} ${formatValue(bound, row.unit)}` : `${sign} ${bound} ×`;
}

function formatMet(row: Row): string {
  const met = isMet(row);
  if (met === undefined) return row.fault ?? '';
  return met ? 'yes' : `no${row.fault === undefined ? '' : `: ${row.fault}`}`;
}

/** A table for a terminal: columns aligned by padding. */
export function plainTable(table: Table): string {
  const lines = [table.columns, ...table.rows];
  const widths = table.columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `${table.title}\n${text.map((line) => `  ${line}`).join('\n')}\n`;
}

/** The report that is kept in the repository. */
export function markdownReport(sections: readonly Section[], circumstances: Circumstances): string {
  const measured = sections.flatMap((section) => section.rows);
  const goals = measured.map(isMet).filter((met) => met !== undefined);
  const { processor, cores, memoryGb, kernel, nodeVersion } = circumstances;
  return [
    '# Benchmark results',
    `Made by \`${circumstances.command}\` on ${circumstances.date}: ${cores} cores (${processor}), ` +
      `${memoryGb.toFixed(0)} GB of memory, Linux ${kernel}, Node.js ${nodeVersion}. Everything runs on this one machine, ` +
      'the load generator included, over loopback; each figure is a median of interleaved rounds where there were several.',
    `${goals.filter(Boolean).length} of ${goals.length} goals are met.`,
    ...sections.flatMap((section) => [
      `## ${section.title}`,
      ...(section.error === undefined ? [] : [`Could not be measured: ${section.error.split('\n')[0]}`]),
      ...(section.rows.length === 0 ? [] : [markdownTable(resultTable(section.title, section.rows))]),
      ...section.tables.flatMap((table) => [`### ${table.title}`, markdownTable(table)]),
    ]),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function markdownTable(table: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(table.columns), line(table.columns.map(() => '---')), ...table.rows.map(line)].join('\n');
}
