import { sandboxConformance } from '../sandbox.conformance.ts';
import { createBubblewrap } from './index.ts';

sandboxConformance({
  name: 'bubblewrap',
  create: (runFolder) => createBubblewrap({ runFolder }),
  can: { protectCode: true, showAtFixedPaths: true, limitMemory: true },
});
