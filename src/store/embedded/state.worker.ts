import { workerData } from 'node:worker_threads';
import { serve } from './rpc.ts';
import { openState } from './state.ts';

serve(() => openState((workerData as { path: string }).path));
