import { type Attack, readAttacks } from './attack.ts';

const HEAD = `# Attacks

<!-- The table is generated from the first lines of the attacks: change those, then run UPDATE_PAGES=1 ./fob test attacks/readme -->

Hostile functions, one file each. \`attacks.test.ts\` registers every one of them on a real node, over HTTP, and calls it.
An attack is an ordinary \`callme\` that tries everything that it can; it is told on purpose where secrets of the host are.
It returns \`{"attempts": n, "breaches": […]}\`, and the test demands that there are attempts and no breaches. An attack
that ends its own sandbox, or should be ended, says so in its head (\`expect: timed_out\`).

During each attack, and after it, a healthy function of either language must be served by its old sandbox, undisturbed.
When the attacking function is removed, nothing of it may be left: no process, PID namespace, control group, mount or folder.

To add one, write a file into \`python/\` or \`node/\`; \`attack.ts\` says what its head may contain, and \`prelude\` in each
folder has \`attempt\` and its companions, which stand before every attack.

| attack | languages | what it attacks | outcome |
| --- | --- | --- | --- |
`;

/** The page of all attacks, as Markdown. */
export async function readmeText(): Promise<string> {
  const byName = new Map<string, Attack[]>();
  for (const attack of [...(await readAttacks('python')), ...(await readAttacks('node'))]) {
    byName.set(attack.name, [...(byName.get(attack.name) ?? []), attack]);
  }
  const rows = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, [first, second]]) => {
      const languages = [first!, ...(second === undefined ? [] : [second])].map(({ language }) => language).join(', ');
      const outcome = first!.expected.join(' or ');
      return `| \`${name}\` | ${languages} | ${first!.summary.replaceAll('|', '\\|')} | ${outcome} |\n`;
    });
  return HEAD + rows.join('');
}
