import type { IncomingMessage } from 'node:http';
import type { Static } from 'typebox';
import {
  ORIGIN_HEADER,
  type StatedOrigin,
  StatedOriginSchema,
  type VersionOrigin,
  withoutCredentials,
} from '../../model/origin.ts';
import { principalOf } from '../principal.ts';
import { checked } from '../validation.ts';
import { parseJson } from './function/upload.ts';

/**
 * Who changes a function, and what their header `Fob-Origin` says of where the change is from. It is recorded as it was
 * said; credentials in the repository's address are taken out. Throws `invalid_request` for a header that says it wrong.
 */
export function originOf(req: IncomingMessage): VersionOrigin {
  const by = principalOf(req).name;
  const header = req.headers[ORIGIN_HEADER];
  if (header === undefined) return { by };
  const stated = checked(
    StatedOriginSchema,
    parseJson(String(header), 'the header Fob-Origin'),
    'the header Fob-Origin',
  ) as Static<typeof StatedOriginSchema> satisfies StatedOrigin;
  const { message, git } = stated;
  return {
    by,
    ...(message !== undefined && { message }),
    ...(git !== undefined && { git: { ...git, repository: withoutCredentials(git.repository) } }),
  };
}
