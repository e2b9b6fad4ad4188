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
  const owner = where?.owner && `owned by ${listText(where.owner.map(ownerText), 'or')}`;
  const tags = Object.entries(where?.tag ?? {}).map(([name, value]) => `${name}=${value}`);
  const conditions = [owner, tags.length > 0 && `tagged ${listText(tags)}`].filter(Boolean).join(' and ');
  const named = resources === undefined || resources.includes('*') ? undefined : listText(resources, 'or');
  const what = listText(phrases(actions, listText));
  if (named === undefined && conditions === '') return what;
  const which = conditions === '' ? named : `${named === undefined ? 'what is' : `${named} that is`} ${conditions}`;
  return `${what}, only ${which}`;
}

/** What a role says, short enough for a line of a table: its page says all of it. */
export function summaryOf(statements: readonly Statement[]): string {
  return statements
    .map(({ effect, actions, resources, where }) => {
      const isNarrowed = where !== undefined || (resources !== undefined && !resources.includes('*'));
      const isOwn =
        where?.tag === undefined && where?.owner?.every((owner) => owner in OWNERS) && resources === undefined;
      const which = isOwn ? ' of their own' : isNarrowed ? ' of some' : '';
      return `${effect === 'allow' ? 'may' : 'may not'} ${firstOf(phrases(actions, firstOf))}${which}`;
    })
    .join('; ');
}

function ownerText(owner: string): string {
  return OWNERS[owner] ?? owner;
}

/** `do everything with functions, triggers and logs`: what is said alike is said once. */
function phrases(actions: readonly string[], listed: (words: readonly string[]) => string): string[] {
  const words = actions.map(actionWords);
  const WHOLE = 'do everything with ';
  const whole = words.filter((each) => each.startsWith(WHOLE)).map((each) => each.slice(WHOLE.length));
  const others = words.filter((each) => !each.startsWith(WHOLE));
  return [...(whole.length > 0 ? [WHOLE + listed(whole)] : []), ...others];
}

/** The first words of a list, and how many more there are. */
function firstOf(words: readonly string[]): string {
  return words.length <= 2 ? listText(words) : `${words.slice(0, 2).join(', ')} and ${words.length - 2} more`;
}

/** Words of a list: `a, b and c`. */
export function listText(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
