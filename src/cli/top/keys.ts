import { SORTS, TOP_COLUMNS } from './columns.ts';

/** What whoever watches has chosen. */
export interface TopState {
  readonly sort: string;
  readonly filter: string;
  /** What is typed belongs to the filter. */
  readonly typing: boolean;
  readonly scroll: number;
  readonly paused: boolean;
  readonly ended: boolean;
}

const MAX_FILTER = 64;
const CTRL_C = '\x03';
const ESCAPE = '\x1b';
const BACKSPACE = new Set(['\x7f', '\b']);

/** What one key does. */
export function pressed(state: TopState, key: string): TopState {
  if (key === CTRL_C) return { ...state, ended: true };
  if (state.typing) return typed(state, key);
  switch (key) {
    case 'q':
      return { ...state, ended: true };
    case '/':
      return { ...state, typing: true, filter: '', scroll: 0 };
    case ESCAPE:
      return { ...state, filter: '', scroll: 0 };
    case ' ':
      return { ...state, paused: !state.paused };
    case '\x1b[A':
      return { ...state, scroll: Math.max(0, state.scroll - 1) };
    case '\x1b[B':
      return { ...state, scroll: state.scroll + 1 };
    case '\x1b[C':
      return moved(state, 1);
    case '\x1b[D':
      return moved(state, -1);
    default: {
      const column = TOP_COLUMNS.find((each) => each.key === key);
      return column === undefined ? state : { ...state, sort: column.sort, scroll: 0 };
    }
  }
}

function moved(state: TopState, by: number): TopState {
  const at = (SORTS.indexOf(state.sort) + by + SORTS.length) % SORTS.length;
  return { ...state, sort: SORTS[at]!, scroll: 0 };
}

function typed(state: TopState, key: string): TopState {
  if (key === '\r' || key === '\n') return { ...state, typing: false };
  if (key === ESCAPE) return { ...state, typing: false, filter: '' };
  if (BACKSPACE.has(key)) return { ...state, filter: [...state.filter].slice(0, -1).join('') };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  if (/[\x00-\x1f\x7f]/.test(key) || state.filter.length + key.length > MAX_FILTER) return state;
  return { ...state, filter: state.filter + key, scroll: 0 };
}

/** What came from the terminal at once, as keys: escape sequences are one key each. */
export function keysOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return text.match(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|[\s\S]/gu)?.map((key) => key.replace(/^\x1bO/, '\x1b[')) ?? [];
}
