import { kv, publish } from 'fob';
import { build } from './build.mjs';
import { getObject, putObject } from './objects.mjs';

const { SOURCES = 'sources', ARTIFACTS = 'artifacts', BUILDS = 'builds', STATES = 'states' } = process.env;
/** What is left of the time at the end of a build, for storing what became of it. */
const RESERVE_MS = 10_000;

/** Builds what was pushed. A build that fails is a result; only what keeps it from being built is an error, and is tried again. */
export async function handler({ repository, sha }, context) {
  const name = `${repository}/${sha}`;
  const startedAt = new Date().toISOString();
  await kv.put(BUILDS, name, { state: 'pending', startedAt });

  const source = await getObject(SOURCES, `${name}.tar.gz`);
  const { passed, summary, log, artifact } = await build(source, context.getRemainingTimeInMillis() - RESERVE_MS);
  await putObject(ARTIFACTS, `${name}/log.txt`, log, 'text/plain; charset=utf-8');
  if (artifact !== undefined) await putObject(ARTIFACTS, `${name}/dist.tar.gz`, artifact, 'application/gzip');

  const state = passed ? 'success' : 'failure';
  await kv.put(BUILDS, name, { state, summary, startedAt, endedAt: new Date().toISOString() });
  console.log(`${name}: ${state}, ${summary}`);
  // Leaves when this run counts as done: a build that is repeated after a crash is told of once.
  publish(STATES, { repository, sha, state, description: summary, log: `${ARTIFACTS}/${name}/log.txt` });
  return { state, summary };
}
