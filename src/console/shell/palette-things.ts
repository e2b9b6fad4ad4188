import { useApi } from '../api/hooks.ts';
import { useMay } from '../api/may.ts';

/** Something with a name and a page, other than a function. */
export interface Thing {
  readonly title: string;
  readonly path: string;
  /** What it is. */
  readonly kind: string;
  /** The screen that it is on, by its path. */
  readonly screen: string;
}

/** All that is of one kind. */
interface Named {
  readonly kind: string;
  readonly screen: string;
  /** Where their pages are, if not on the screen itself. */
  readonly folder?: string;
  readonly things: readonly { readonly name: string }[] | undefined;
}

const INVOCATION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Buckets, queues and the like whose names hold these words, those that begin so first; and the invocation whose id they are. Nothing of what one may not see. */
export function useThings(words: string, isOpen: boolean): readonly Thing[] {
  const settings = { enabled: isOpen && words !== '' };
  const { data: buckets } = useApi('/v1/buckets', {}, settings);
  const { data: queues } = useApi('/v1/queues', {}, settings);
  const { data: topics } = useApi('/v1/topics', {}, settings);
  const { data: spaces } = useApi('/v1/kv', {}, settings);
  const { data: secrets } = useApi('/v1/secrets', {}, settings);
  const { data: repositories } = useApi('/v1/repositories', {}, settings);
  const maySeeUsers = useMay('identity:read').allowed === true;
  const { data: users } = useApi('/v1/users', {}, { enabled: settings.enabled && maySeeUsers });
  if (words === '') return [];
  if (INVOCATION.test(words))
    return [{ title: words, path: `/invocations/${words}`, kind: 'Invocation', screen: 'invocations/*' }];
  const named: readonly Named[] = [
    { kind: 'Bucket', screen: 'buckets', things: buckets?.buckets },
    { kind: 'Queue', screen: 'queues', things: queues?.queues },
    { kind: 'Topic', screen: 'topics', things: topics?.topics },
    { kind: 'Key-value space', screen: 'key-values', things: spaces?.spaces.map(({ space }) => ({ name: space })) },
    { kind: 'Secret', screen: 'secrets', things: secrets?.secrets },
    { kind: 'Repository', screen: 'repositories', things: repositories?.repositories },
    { kind: 'User', screen: 'people', folder: 'people/users', things: users?.users },
  ];
  const found = named.flatMap(({ kind, screen, folder = screen, things = [] }) =>
    things
      .filter(({ name }) => name.toLowerCase().includes(words))
      .map(({ name }) => ({
        title: name,
        path: `/${folder}/${encodeURIComponent(name)}`,
        kind,
        screen: `${screen}/*`,
      })),
  );
  const rank = ({ title }: Thing): number => (title.toLowerCase().startsWith(words) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}
