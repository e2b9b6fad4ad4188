const { GITHUB_API = 'https://api.github.com', GITHUB_TOKEN, CONTEXT = 'fob' } = process.env;

/** Tells GitHub how a build ended: https://docs.github.com/en/rest/commits/statuses */
export async function handler({ Records }) {
  for (const { Sns } of Records) {
    const { repository, sha, state, description } = JSON.parse(Sns.Message);
    const answer = await fetch(`${GITHUB_API}/repos/${repository}/statuses/${sha}`, {
      method: 'POST',
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${GITHUB_TOKEN}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ state, description, context: CONTEXT }),
    });
    // Then it is tried again, with growing pauses.
    if (!answer.ok) throw new Error(`GitHub answered ${answer.status}: ${await answer.text()}`);
  }
}
