import { answerEach, serve } from '../../../store/embedded/rpc.ts';
import { bodyOperations } from './body-thread.ts';

serve(() => answerEach(bodyOperations(), () => {}));
