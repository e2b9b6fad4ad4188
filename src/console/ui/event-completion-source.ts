import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { EditorState, type Extension } from '@codemirror/state';

const NAME = '[A-Za-z_$][\\w$]*';
/** `.name`, `?.name`, `[0]`, `['name']`, `.get('name')`. */
const STEP = `\\??\\.get\\(\\s*(?:'[^']*'|"[^"]*")\\s*\\)|\\??\\.?\\[\\s*(?:\\d+|'[^']*'|"[^"]*")\\s*\\]|\\??\\.${NAME}`;
const PATH = `${NAME}(?:${STEP})*`;
const BEFORE = new RegExp(`(${PATH})(\\??\\.get\\(\\s*['"]|\\??\\.|\\[\\s*['"]?)([\\w$-]*)$`);
/** The first parameter of what is called with an event. */
const HANDLERS = new RegExp(
  `(?:function\\s+\\w*\\s*|=\\s*(?:async\\s*)?|def\\s+\\w+\\s*)\\(\\s*(${NAME})[^,)]*,\\s*_?(?:context|ctx)\\b`,
  'g',
);
/** At most so many names that stand for parts of the event are followed. */
const MAX_STEPS = 6;
const MAX_DETAIL = 32;

/** Offers what the sample holds at the place that is being written. */
export function eventCompletion(sample: () => unknown): Extension {
  const autocomplete = (context: CompletionContext) => complete(context, sample());
  return EditorState.languageData.of(() => [{ autocomplete }]);
}

function complete(context: CompletionContext, sample: unknown): CompletionResult | null {
  if (sample === undefined) return null;
  const line = context.state.doc.lineAt(context.pos);
  const found = BEFORE.exec(line.text.slice(0, context.pos - line.from));
  if (found === null) return null;
  const [, path = '', opening = '', begun = ''] = found;
  const value = valueAt(path, context.state.sliceDoc(0, line.from), sample, 0);
  if (typeof value !== 'object' || value === null) return null;
  const from = context.pos - begun.length;
  const options = optionsOf(value, opening, context.state.sliceDoc(context.pos, context.pos + 1));
  return options.length === 0 ? null : { from, options, validFor: /^[\w$-]*$/ };
}

function optionsOf(value: object, opening: string, next: string): Completion[] {
  const isDot = opening.endsWith('.');
  const quote = /['"]$/.exec(opening)?.[0];
  if (Array.isArray(value)) {
    return isDot || quote !== undefined
      ? []
      : [{ label: '0', detail: detailOf(value[0]), type: 'constant', boost: 50 }];
  }
  return Object.entries(value).flatMap(([name, held]): Completion[] => {
    const isPlain = /^[A-Za-z_$][\w$]*$/.test(name);
    if (isDot && !isPlain) return [];
    const apply = isDot || quote !== undefined ? name : `'${name}'${next === ']' ? '' : ']'}`;
    return [{ label: name, apply, detail: detailOf(held), type: 'property', boost: 50 }];
  });
}

/** What a path such as `event.Records[0]` leads to in the sample, also by names that stand for a part of it. */
function valueAt(path: string, before: string, sample: unknown, steps: number): unknown {
  const root = new RegExp(`^${NAME}`).exec(path)![0];
  let value = rootValue(root, before, sample, steps);
  for (const [step] of path.slice(root.length).matchAll(new RegExp(STEP, 'g'))) {
    const key = /\d+(?=\s*\]$)/.exec(step)?.[0] ?? /['"]([^'"]*)['"]/.exec(step)?.[1] ?? step.replace(/^\??\./, '');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function rootValue(root: string, before: string, sample: unknown, steps: number): unknown {
  if (steps > MAX_STEPS) return undefined;
  const each = last(before, `\\bfor\\s*\\(?\\s*(?:const\\s+|let\\s+)?${escaped(root)}\\s+(?:of|in)\\s+(${PATH})`);
  if (each !== undefined) {
    const list = valueAt(each, before, sample, steps + 1);
    return Array.isArray(list) ? list[0] : undefined;
  }
  const made = last(before, `(?:^|[\\s;])${escaped(root)}(?:\\s*:[^=\\n]+)?\\s*=\\s*(${PATH})\\s*(?:;|$)`);
  if (made !== undefined && !made.startsWith(root)) return valueAt(made, before, sample, steps + 1);
  const isParameter = root === 'event' || [...before.matchAll(HANDLERS)].some(([, name]) => name === root);
  return isParameter ? sample : undefined;
}

function last(text: string, pattern: string): string | undefined {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].at(-1)?.[1];
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}

/** What stands there in the sample, in short. */
function detailOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object' && value !== null) return 'object';
  const text = JSON.stringify(value) ?? '';
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
}
