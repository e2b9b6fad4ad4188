import { workerData } from 'node:worker_threads';
import { serve } from '../../../store/embedded/rpc.ts';
import { openCatalog } from './catalog.ts';

serve(() => openCatalog((workerData as { path: string }).path));
