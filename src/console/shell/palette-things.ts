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
  const found = (kind: string, screen: string, names: readonly string[] = [], at = screen): Thing[] =>
    names
      .filter((name) => name.toLowerCase().includes(words))
      .map((name) => ({ title: name, path: `/${at}/${encodeURIComponent(name)}`, kind, screen: `${screen}/*` }));
  const all = [
    ...found(
      'Bucket',
      'buckets',
      buckets?.buckets.map(({ name }) => name),
    ),
    ...found(
      'Queue',
      'queues',
      queues?.queues.map(({ name }) => name),
    ),
    ...found(
      'Topic',
      'topics',
      topics?.topics.map(({ name }) => name),
    ),
    ...found(
      'Key-value space',
      'key-values',
      spaces?.spaces.map(({ space }) => space),
    ),
    ...found(
      'Secret',
      'secrets',
      secrets?.secrets.map(({ name }) => name),
    ),
    ...found(
      'Repository',
      'repositories',
      repositories?.repositories.map(({ name }) => name),
    ),
    ...found(
      'User',
      'people',
      users?.users.map(({ name }) => name),
      'people/users',
    ),
  ];
  const placeOf = ({ title }: Thing): number => Number(!title.toLowerCase().startsWith(words));
  return all.sort((a, b) => placeOf(a) - placeOf(b));
}
