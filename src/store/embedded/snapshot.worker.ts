import { serve } from './rpc.ts';
import { openSnapshots } from './snapshot-database.ts';

serve(openSnapshots);
