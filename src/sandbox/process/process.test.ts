import { sandboxConformance } from '../sandbox.conformance.ts';
import { createProcessSandboxes } from './index.ts';

sandboxConformance({
  name: 'process',
  create: (runFolder) => createProcessSandboxes({ runFolder }),
  can: { protectCode: false, showAtFixedPaths: false, limitMemory: false },
});
