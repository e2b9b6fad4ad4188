import assert from 'node:assert/strict';
import { glob, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createDesk, type Desk, readCommands } from './support/documents.ts';
import { PROJECT_FOLDER, type ProcessNode, startFobUp, temporaryFolder } from './support/fob-process.ts';

/** In the order in which a newcomer reads them: what one makes, the next ones use. */
const PAGES = [
  'README.md',
  'docs/guide/deploying.md',
  'docs/guide/releases.md',
  'docs/guide/console.md',
  'docs/guide/command-line.md',
  'docs/guide/limits-and-errors.md',
  'docs/guide/operating.md',
  'docs/guide/logs.md',
  'docs/guide/backup.md',
  'docs/guide/events.md',
  'docs/guide/triggers.md',
  'docs/guide/event-shapes.md',
  'docs/guide/webhooks.md',
  'docs/guide/brokers.md',
  'docs/guide/buckets.md',
  'docs/guide/s3.md',
  'docs/guide/bindings.md',
  'docs/guide/network.md',
  'docs/guide/operations.md',
  'docs/guide/local.md',
  'docs/guide/git.md',
  'docs/guide/project-file.md',
  'docs/guide/blueprints.md',
  'docs/guide/pipelines.md',
  'docs/guide/replay.md',
  'docs/guide/metrics.md',
  'docs/guide/traces.md',
  'docs/guide/map.md',
  'docs/guide/queues.md',
  'docs/guide/topics.md',
  'docs/guide/key-value.md',
  'docs/guide/secrets.md',
  'docs/guide/policies.md',
  'docs/guide/alerts.md',
  'docs/guide/status.md',
  // From here on the node has users: who asks is logged in.
  'docs/guide/identity.md',
  'docs/guide/audit.md',
];
const PAGES_WITH_COMMANDS = [
  'README.md',
  'docs/guide/deploying.md',
  'docs/guide/releases.md',
  'docs/guide/command-line.md',
  'docs/guide/logs.md',
  'docs/guide/backup.md',
  'docs/guide/triggers.md',
  'docs/guide/events.md',
  'docs/guide/buckets.md',
  'docs/guide/s3.md',
  'docs/guide/bindings.md',
  'docs/guide/network.md',
  'docs/guide/operations.md',
  'docs/guide/local.md',
  'docs/guide/git.md',
  'docs/guide/project-file.md',
  'docs/guide/blueprints.md',
  'docs/guide/pipelines.md',
  'docs/guide/replay.md',
  'docs/guide/metrics.md',
  'docs/guide/traces.md',
  'docs/guide/map.md',
  'docs/guide/queues.md',
  'docs/guide/topics.md',
  'docs/guide/key-value.md',
  'docs/guide/secrets.md',
  'docs/guide/policies.md',
  'docs/guide/alerts.md',
  'docs/guide/status.md',
  'docs/guide/identity.md',
  'docs/guide/audit.md',
];

describe('the commands in the documentation', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let desk: Desk;
  let node: ProcessNode;
  let base: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    base = await temporaryFolder();
    node = await startFobUp(`${base.folder}/data`);
    desk = await createDesk(base.folder, node.url);
  });
  after(async () => {
    await node?.kill();
    await base.remove();
  });

  test('are all looked at', async () => {
    const guides: string[] = [];
    for await (const path of glob('docs/guide/*.md', { cwd: PROJECT_FOLDER })) guides.push(path);
    assert.deepEqual(['README.md', ...guides].sort(), [...PAGES].sort());
  });

  for (const page of PAGES) {
    test(`of ${page} do what it says`, async () => {
      const ran = await desk.run(page);
      assert.equal(ran > 0, PAGES_WITH_COMMANDS.includes(page), `${ran} blocks ran`);
    });
  }
});

describe('reading commands', () => {
  const sh = (text: string) => `\`\`\`sh\n${text}\n\`\`\`\n`;

  test('takes shell blocks, what they print, and why one is not run', () => {
    const page = `# Page\n\n${sh('one')}\n\`\`\`json\n{"a": 1}\n\`\`\`\n\n<!-- not run: it takes for ever -->\n${sh('two')}\nWords.\n\n\`\`\`json\n{}\n\`\`\`\n\`\`\`ini\nx=1\n\`\`\`\n`;
    assert.deepEqual(readCommands(page), [
      { line: 3, text: 'one\n', prints: '{"a": 1}\n', notRun: undefined },
      { line: 12, text: 'two\n', prints: undefined, notRun: 'it takes for ever' },
    ]);
  });

  test('a block that fails, or prints something else, is found', async () => {
    const { folder, remove } = await temporaryFolder();
    try {
      const desk = await createDesk(folder, 'http://127.0.0.1:1');
      const write = async (text: string) => {
        await writeFile(join(folder, 'page.md'), text);
        return relative(PROJECT_FOLDER, join(folder, 'page.md'));
      };
      await assert.rejects(desk.run(await write(sh('false\ntrue'))), /page\.md:1 fails/);
      await assert.rejects(desk.run(await write(sh('curl http://127.0.0.1:9999/healthz'))), /page\.md:1 fails/);
      const shows = (text: string) => `${sh('echo before; echo \'{"a":  1}\'')}\n\`\`\`json\n${text}\n\`\`\`\n`;
      assert.equal(await desk.run(await write(shows('{"a": 1}'))), 1);
      await assert.rejects(desk.run(await write(shows('{"a": 2}'))), /page\.md:1/);
      const ids = 'echo \'{"id": "11111111-2222-4333-8444-555555555555"}\'\necho "again <id>"';
      const shown = '```text\nagain 00000000-0000-4000-8000-000000000000\n```\n';
      assert.equal(await desk.run(await write(`${sh(ids)}\n${shown}`)), 1);
    } finally {
      await remove();
    }
  });
});
