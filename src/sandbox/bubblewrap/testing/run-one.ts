/** A node of another user, for tests: runs the one sandbox that it is given as JSON, and prints what that printed. */
import { text } from 'node:stream/consumers';
import { createBubblewrapSandboxes } from '../index.ts';

const [runFolder, spec] = process.argv.slice(2) as [string, string];
const sandboxes = await createBubblewrapSandboxes({ runFolder });
try {
  const sandbox = await sandboxes.start(JSON.parse(spec));
  sandbox.channel.resume();
  const [out, err] = await Promise.all([text(sandbox.stdout), text(sandbox.stderr)]);
  await sandbox.exited;
  process.stdout.write(out.trim() || err.trim());
} finally {
  await sandboxes.close();
}
