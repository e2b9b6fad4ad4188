import type { Api } from '../../api/types.gen.ts';
import { actionWords } from './action-words.ts';

export type RoleView = Api['GET /v1/roles/{name}']['answer'];
export type Statement = RoleView['statements'][number];

const OWNERS: Readonly<Record<string, string>> = {
  '@self': 'themselves',
  '@team': 'one of their teams',
};

/** A statement as the rest of a sentence that begins with “may” or “may not”: what, and of which things only. */
export function sentenceOf({ actions, resources, where }: Statement): string {
  const owner =
    where?.owner &&
    `owned by ${listText(
      where.owner.map((each) => OWNERS[each] ?? each),
      'or',
    )}`;
  const tags = Object.entries(where?.tag ?? {}).map(([name, value]) => `${name}=${value}`);
  const conditions = [owner, tags.length > 0 && `tagged ${listText(tags)}`].filter(Boolean).join(' and ');
  const named = resources === undefined || resources.includes('*') ? undefined : listText(resources, 'or');
  if (named === undefined && conditions === '') return phrases(actions);
  const which = conditions === '' ? named : `${named === undefined ? 'what is' : `${named} that is`} ${conditions}`;
  return `${phrases(actions)}, only ${which}`;
}

/** `do everything with functions, triggers and logs`: what is said alike is said once. */
function phrases(actions: readonly string[]): string {
  const words = actions.map(actionWords);
  const WHOLE = 'do everything with ';
  const whole = words.filter((each) => each.startsWith(WHOLE)).map((each) => each.slice(WHOLE.length));
  const others = words.filter((each) => !each.startsWith(WHOLE));
  return listText([...(whole.length > 0 ? [WHOLE + listText(whole)] : []), ...others]);
}

/** Words of a list: `a, b and c`. */
export function listText(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
