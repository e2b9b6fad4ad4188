import { workerData } from 'node:worker_threads';
import { openJournal } from './journal-database.ts';
import { serve } from './rpc.ts';

serve(() => openJournal((workerData as { path: string }).path));
