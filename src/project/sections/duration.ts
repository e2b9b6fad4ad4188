import Type, { type TSchema } from 'typebox';
import { DURATION_PATTERN } from '../units.ts';

/** A duration as people write it. */
export function durationSchema(): TSchema {
  return Type.Union([Type.Number({ minimum: 0 }), Type.String({ pattern: DURATION_PATTERN })], {
    words: 'a duration such as 500ms, 30s, 10m, 2h or 7d',
  });
}
