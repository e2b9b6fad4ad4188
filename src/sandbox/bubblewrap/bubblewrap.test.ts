import { newOwnerName } from '../owner.ts';
import { sandboxConformance } from '../sandbox.conformance.ts';
import { createCgroups } from './cgroup/detect.ts';
import { createBubblewrapSandboxes } from './index.ts';

const cgroups = await createCgroups(newOwnerName());
await cgroups.close();

sandboxConformance({
  name: 'bubblewrap',
  create: (runFolder) => createBubblewrapSandboxes({ runFolder }),
  can: { protectCode: true, showAtFixedPaths: true, limitMemory: cgroups.controls.has('memory') },
});
