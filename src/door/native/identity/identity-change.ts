import type { FastifyRequest } from 'fastify';
import type { ChangeOptions } from '../../../govern/identity/identity.ts';
import { principalOf } from '../../principal.ts';
import { type Contested, changeSeen } from '../precondition.ts';

/** Who changes: the operator can never be locked out. */
export function changer({ raw }: FastifyRequest): ChangeOptions {
  const { kind, name } = principalOf(raw);
  return kind === 'operator' ? {} : { by: name };
}

/** Makes a change of identity under the precondition that the request's headers state. */
export function change<T>(
  request: FastifyRequest,
  contested: Contested,
  make: (options: ChangeOptions) => Promise<T>,
): Promise<T> {
  return changeSeen(request, contested, (expectedRevision) =>
    make({ ...changer(request), ...(expectedRevision !== undefined && { expectedRevision }) }),
  );
}
