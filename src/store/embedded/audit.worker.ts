import { workerData } from 'node:worker_threads';
import { openAudit } from './audit-database.ts';
import { serve } from './rpc.ts';

serve(() => openAudit(workerData as { audit: string; journal: string }));
