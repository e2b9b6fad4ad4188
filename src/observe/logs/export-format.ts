import type { LogRecord } from '../../store/journal.ts';

/** How exported lines are written. */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'text'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=UTF-8',
  csv: 'text/csv; charset=UTF-8; header=present',
  text: 'text/plain; charset=UTF-8',
};

const COLUMNS = ['time', 'function', 'version', 'level', 'output', 'stream', 'invocation', 'id', 'text'] as const;
/** A spreadsheet would take a cell that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
/** JSON writes the others as escapes by itself. */
const CONTROL_IN_JSON = /[\u007f-\u009f]/g;
const QUOTED = /[",\r\n]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/** What stands before the first line. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? `${COLUMNS.join(',')}\r\n` : '';
}

/** One line, with its end. Nothing that a function printed can make it look like two, or act on a terminal or a spreadsheet. */
export function exportLine(line: LogRecord, format: ExportFormat): string {
  if (format === 'ndjson') return `${jsonText(line)}\n`;
  const time = new Date(line.timeMs).toISOString();
  if (format === 'text')
    return `${time} ${line.function} ${line.level.toUpperCase().padEnd(5)} ${visible(line.text)}\n`;
  const { function: name, version, level, stream, sandboxId, invocationId = '', id = '', text } = line;
  const cells = [time, name, String(version), level, stream, sandboxId, invocationId, id, visible(text)];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** JSON without any character that acts on a terminal. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL_IN_JSON, (control) => `\\u00${control.charCodeAt(0).toString(16)}`);
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Control characters, escape sequences among them, written out. */
function visible(text: string): string {
  return text.replace(CONTROL, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
