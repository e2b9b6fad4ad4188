import { workerData } from 'node:worker_threads';
import { openRecordings } from './recordings-database.ts';
import { serve } from './rpc.ts';

serve(() => openRecordings((workerData as { path: string }).path));
