import type { FunctionDraft, Language } from './draft.ts';

interface Starter {
  readonly title: string;
  readonly lead: string;
  readonly runtime: string;
  readonly handler: string;
  readonly path: string;
  readonly text: string;
}

/** What one begins with in each language. */
export const STARTERS: Readonly<Record<Language, Starter>> = {
  javascript: {
    title: 'JavaScript',
    lead: 'Node.js, an ES module',
    runtime: 'node',
    handler: 'index.handler',
    path: 'index.mjs',
    text: `/** Called with each event; what it returns is the result. */
export async function handler(event, context) {
  console.log('got', JSON.stringify(event));
  return { ok: true };
}
`,
  },
  typescript: {
    title: 'TypeScript',
    lead: 'Node.js, types taken off when it is deployed',
    runtime: 'node',
    handler: 'index.handler',
    path: 'index.ts',
    text: `/** Called with each event; what it returns is the result. */
export async function handler(event: any, context: { awsRequestId: string }): Promise<{ ok: boolean }> {
  console.log('got', JSON.stringify(event));
  return { ok: true };
}
`,
  },
  python: {
    title: 'Python',
    lead: 'Packages by requirements.txt',
    runtime: 'python',
    handler: 'lambda_function.lambda_handler',
    path: 'lambda_function.py',
    text: `import json


def lambda_handler(event, context):
    """Called with each event; what it returns is the result."""
    print("got", json.dumps(event))
    return {"ok": True}
`,
  },
};

/** A function that begins with a language's starter. */
export function started(language: Language): Pick<FunctionDraft, 'runtime' | 'handler' | 'files'> {
  const { runtime, handler, path, text } = STARTERS[language];
  return { runtime, handler, files: [{ path, text }] };
}
