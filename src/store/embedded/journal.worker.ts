import { workerData } from 'node:worker_threads';
import { type JournalPaths, openJournal } from './journal-database.ts';
import { serve } from './rpc.ts';

serve(() => openJournal(workerData as JournalPaths));
