import type { Section } from '../section.ts';
import { aliases } from './aliases.ts';
import { buckets } from './buckets.ts';
import { functions } from './functions.ts';
import { keyValues } from './key-values.ts';
import { policies } from './policies.ts';
import { queues } from './queues.ts';
import { roles } from './roles.ts';
import { secrets } from './secrets.ts';
import { topics } from './topics.ts';
import { triggers } from './triggers.ts';

/** The sections of a project file, in the order in which things are made; they are removed the other way round. */
export const SECTIONS: readonly Section[] = [
  policies,
  buckets,
  queues,
  topics,
  keyValues,
  secrets,
  roles,
  functions,
  aliases,
  triggers,
];
