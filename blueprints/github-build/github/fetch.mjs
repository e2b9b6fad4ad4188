import { invoke } from 'fob';

const {
  GITHUB_API = 'https://api.github.com',
  GITHUB_TOKEN,
  SOURCES = 'sources',
  BUILD = 'build',
  FOB_URL,
} = process.env;
const MAX_BYTES = 50_000_000;

/** Fetches the sources of a push for the build, which has no network. It alone, and who tells GitHub, have the token. */
export async function handler(event) {
  const push = JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, 'base64') : event.body);
  const { repository, sha } = read(push);
  if (sha === undefined) return { skipped: 'a branch was deleted' };
  // GitHub sends on to where sources are, and that address needs no token: fetch does not send it to another host.
  const answer = await fetch(`${GITHUB_API}/repos/${repository}/tarball/${sha}`, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${GITHUB_TOKEN}` },
  });
  if (!answer.ok) throw new Error(`the sources of ${repository} cannot be fetched: GitHub answered ${answer.status}`);
  const source = Buffer.from(await answer.arrayBuffer());
  if (source.length > MAX_BYTES) throw new Error(`the sources have ${source.length} bytes; ${MAX_BYTES} are the most`);

  const address = `${FOB_URL}/v1/buckets/${SOURCES}/objects/${repository}/${sha}.tar.gz`;
  const kept = await fetch(address, { method: 'PUT', body: source, headers: { 'content-type': 'application/gzip' } });
  if (!kept.ok) throw new Error(`the sources cannot be kept: ${kept.status} ${await kept.text()}`);
  // Leaves when this run counts as done.
  invoke(BUILD, { repository, sha });
  return { repository, sha };
}

/** What is to be built; names become parts of paths, so they are looked at first. */
function read({ repository, after, deleted }) {
  const name = repository?.full_name;
  if (!/^[\w.-]+\/[\w.-]+$/.test(name) || name.split('/').some((part) => /^\.+$/.test(part))) {
    throw new Error(`"${name}" is no name of a repository`);
  }
  if (deleted) return { repository: name };
  if (!/^[0-9a-f]{40}$/.test(after)) throw new Error(`"${after}" is no commit`);
  return { repository: name, sha: after };
}
