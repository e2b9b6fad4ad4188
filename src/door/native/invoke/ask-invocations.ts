import type { FastifyRequest } from 'fastify';
import type { Action } from '../../../model/permission.ts';
import type { InvocationRecord, Page } from '../../../store/journal.ts';
import type { DoorContext } from '../../context.ts';
import { demand } from '../../principal.ts';
import { readableFunctions } from '../readable-functions.ts';
import { DEFAULT_PAGE } from '../schemas.ts';
import { timeRange } from '../time-range.ts';
import { failedInvocations, type InvocationFilters } from './failed-invocations.ts';

/** What a list of invocations is asked for, checked by the schema of its route. */
type AskedInvocations = Omit<InvocationFilters, 'fromMs' | 'toMs' | 'status'> & {
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly status?: string;
  /** Only what did not succeed; `false`: only what did. */
  readonly failed?: boolean;
};

/** A page of the invocations that a request asks for, newest first: those that the caller may see by `action`. */
export async function askInvocations(
  context: DoorContext,
  request: FastifyRequest,
  asked: AskedInvocations,
  action: Action,
): Promise<Page<InvocationRecord>> {
  const { engine, store, clock } = context;
  const { from, to, limit = DEFAULT_PAGE, function: name, failed, ...filters } = asked;
  if (name !== undefined) demand(request.raw, action, `function:${name}`);
  const among = name === undefined ? readableFunctions(context, request, action) : undefined;
  const query = {
    ...filters,
    ...(name !== undefined && { function: engine.find(name)?.document.name ?? name }),
    ...(among !== undefined && { among }),
    ...timeRange({ from, to }, clock.now()),
  } as InvocationFilters;
  if (failed === true && filters.status === undefined) return failedInvocations(store.journal, query, limit);
  return store.journal.invocations({ ...query, ...(failed === false && { status: 'succeeded' }), limit });
}
