import { bucketsConformance } from '../buckets.conformance.ts';
import { embeddedBuckets } from './testing/adapter.ts';

bucketsConformance(embeddedBuckets);
