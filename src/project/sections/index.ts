import type { Section } from '../section.ts';
import { buckets } from './buckets.ts';
import { functions } from './functions.ts';
import { keyValues } from './key-values.ts';
import { queues } from './queues.ts';
import { topics } from './topics.ts';
import { triggers } from './triggers.ts';

/** The sections of a project file, in the order in which things are made; they are removed the other way round. */
export const SECTIONS: readonly Section[] = [buckets, queues, topics, keyValues, functions, triggers];
