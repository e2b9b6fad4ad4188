import { useApi } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';

/** Who may be named as a caller, for a field: teams and users as far as one may see them. */
export function useKnownCallers(): string[] {
  const settings = { enabled: useMay('identity:read').allowed === true, retry: false };
  const teams = useApi('/v1/teams', {}, settings);
  const users = useApi('/v1/users', {}, settings);
  return [
    'anonymous',
    ...(teams.data?.teams.map(({ name }) => `team:${name}`) ?? []),
    ...(users.data?.users.map(({ name }) => `user:${name}`) ?? []),
  ];
}
