import { auditTrailConformance } from '../audit-trail.conformance.ts';
import { blobsConformance } from '../blobs.conformance.ts';
import { commitConformance } from '../commit.conformance.ts';
import { journalConformance } from '../journal.conformance.ts';
import { journalLogsConformance } from '../journal-logs.conformance.ts';
import { keyValueConformance } from '../key-value.conformance.ts';
import { queueConformance } from '../queue.conformance.ts';
import { registryConformance } from '../registry.conformance.ts';
import { embeddedAdapter } from './testing/adapter.ts';

registryConformance(embeddedAdapter((store) => store.registry));
queueConformance(embeddedAdapter((store) => store.queue));
keyValueConformance(embeddedAdapter((store) => store.keyValue));
commitConformance(embeddedAdapter((store) => store));
blobsConformance(embeddedAdapter((store) => store.blobs));
journalConformance(embeddedAdapter((store) => store.journal));
journalLogsConformance(embeddedAdapter((store) => store.journal));
auditTrailConformance(embeddedAdapter((store) => store.audit));

import { seriesConformance } from '../series.conformance.ts';

seriesConformance(embeddedAdapter((store) => store.series));
