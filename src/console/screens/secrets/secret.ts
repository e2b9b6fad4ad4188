import type { Api } from '../../api/types.gen.ts';

export type SecretView = Api['GET /v1/secrets/{name}']['answer'];

/** The name of a secret, as the node wants it. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** Functions that use a secret and may not have it: they cannot be started. */
export function refusedUsers({ usedBy }: SecretView): string[] {
  return usedBy.filter(({ granted }) => !granted).map((use) => use.function);
}
