import type { Answer } from '../../api/client.ts';

/** A rule, as the node has it. */
export type Rule = Answer<'GET', '/v1/alerts/rules'>['rules'][number];
