import type { Api } from '../../api/types.gen.ts';

export type SecretView = Api['GET /v1/secrets/{name}']['answer'];

/** Functions that use a secret and may not have it: they cannot be started. */
export function refusedUsers({ usedBy }: SecretView): string[] {
  return usedBy.filter(({ granted }) => !granted).map((use) => use.function);
}
