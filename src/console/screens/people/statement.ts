import type { Api } from '../../api/types.gen.ts';

export type RoleView = Api['GET /v1/roles/{name}']['answer'];
export type Statement = RoleView['statements'][number];

const OWNERS: Readonly<Record<string, string>> = {
  '@self': 'themselves',
  '@team': 'one of their teams',
};

/** A statement as a sentence: "may invoke functions, of what one of their teams owns". */
export function sentenceOf({ actions, resources, where }: Statement): string {
  const on = resources === undefined || resources.includes('*') ? 'everything' : listText(resources);
  const owner =
    where?.owner &&
    `owned by ${listText(
      where.owner.map((each) => OWNERS[each] ?? each),
      'or',
    )}`;
  const tags = Object.entries(where?.tag ?? {}).map(([name, value]) => `${name}=${value}`);
  const conditions = [owner, tags.length > 0 && `tagged ${listText(tags)}`].filter(Boolean);
  const what = actions.includes('*') ? 'everything' : listText(actions);
  if (what === 'everything' && on === 'everything' && conditions.length === 0) return 'everything';
  return `${what} on ${on}${conditions.length > 0 ? ` that is ${conditions.join(' and ')}` : ''}`;
}

/** Words of a list: `a, b and c`. */
export function listText(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
