import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { parseDocument } from 'yaml';
import { PROJECT_FOLDER } from '../support/fob-process.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

describe('the snippets of docs/guide/pipelines.md', () => {
  let page: string;
  before(async () => {
    page = await readFile(join(PROJECT_FOLDER, 'docs/guide/pipelines.md'), 'utf8');
  });
  const block = (language: string) => {
    const found = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1];
    assert.ok(found, `the page has no ${language} block`);
    return found;
  };

  test('the workflow is YAML, and its steps are scripts without anything that others wrote put into them', () => {
    const document = parseDocument(block('yaml'));
    assert.deepEqual(document.errors, []);
    const workflow = document.toJS() as Workflow;
    const scripts = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    assert.equal(scripts.length, 3);
    for (const script of scripts) {
      execFileSync('bash', ['-n', '-c', script]);
      assert.doesNotMatch(script, /\$\{\{/);
    }
  });

  test('the Jenkinsfile has its brackets in pairs, and its commands are scripts', () => {
    const text = block('groovy');
    const open: string[] = [];
    for (const letter of text.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, '')) {
      if ('({['.includes(letter)) open.push(letter);
      else if (')}]'.includes(letter)) assert.equal('({['.indexOf(open.pop() ?? ' '), ')}]'.indexOf(letter));
    }
    assert.deepEqual(open, []);
    const commands = [...text.matchAll(/sh(?:\(script:)? '([^']+)'/g)].map((match) => match[1]!);
    assert.equal(commands.length, 2);
    for (const command of commands) execFileSync('sh', ['-n', '-c', command]);
  });
});
