import { api, request, urlOf } from '../../api/client.ts';
import { type DeployProgress, followDeployment, originHeader } from '../../api/deployment.ts';
import { ApiProblem } from '../../api/problem.ts';
import { makeSource, writeTrigger } from '../../ui/trigger-form/save.ts';
import { packed, tarGz } from './archive.ts';
import type { Creation } from './creation.ts';
import { type Draft, followedBy } from './draft.ts';
import { configOf, type Task } from './plan.ts';
import { uploaded } from './upload.ts';

interface Facts extends Pick<Creation, 'draft' | 'kinds' | 'secrets'> {
  /** It was made before, of this very draft: it may be there. */
  readonly isAgain: boolean;
}

/** Makes one thing of a plan. Throws `ApiProblem` where that is refused; what was made before stays. */
export async function carryOut(task: Task, facts: Facts, say: (progress: DeployProgress) => void): Promise<void> {
  const { draft, kinds } = facts;
  const { functions, triggers, keyValues, secrets } = draft.parts;
  switch (task.kind) {
    case 'source':
      return makeSource(task.source);
    case 'key-values': {
      const { space, values } = keyValues[task.at]!;
      for (const [key, value] of Object.entries(values)) {
        await request('PUT', urlOf('/v1/kv/{space}/{*}', { space, '*': key }), { body: new Blob([value]) });
      }
      return;
    }
    case 'secret': {
      const { name, description, functions: users, variable } = secrets[task.at]!;
      const body = { value: facts.secrets[variable] ?? '', description, functions: [...users] };
      await api.put('/v1/secrets/{name}', { path: { name }, body });
      return;
    }
    case 'role': {
      const headers = { 'If-None-Match': '*' };
      const body = { grants: [...task.grants] };
      await api.put('/v1/execution-roles/{name}', { path: { name: task.name }, body, headers });
      return;
    }
    case 'function':
      return deploy(facts, task.at, say);
    case 'repository':
      return watch(facts, say);
    case 'trigger': {
      const { of, trigger } = triggers[task.at]!;
      const kind = kinds.find(({ name }) => name === trigger.type);
      const options = filled(trigger.options, facts.secrets) as Record<string, unknown>;
      await writeTrigger({ ...trigger, options }, kind?.options ?? {}, functions[of]!.name);
    }
  }
}

async function deploy({ draft, isAgain }: Facts, at: number, say: (progress: DeployProgress) => void): Promise<void> {
  const { name, files } = draft.parts.functions[at]!;
  const form = new FormData();
  form.append('config', JSON.stringify(configOf(draft, at)));
  if (files.length === 1) form.append('code', new Blob([files[0]!.text]), files[0]!.path);
  else if (files.length > 1) form.append('code', await tarGz(packed(files)), 'code.tar.gz');
  else form.append('code', archiveOf(draft), draft.upload!.name);
  const response = await request('PUT', urlOf('/v1/functions/{name}', { name }), {
    body: form,
    headers: {
      Accept: 'application/x-ndjson',
      'Fob-Origin': originOf(draft),
      ...(!isAgain && { 'If-None-Match': '*' }),
    },
  });
  await followDeployment(response, say);
}

function archiveOf({ upload }: Draft): Blob {
  const blob = upload && uploaded(upload);
  if (blob === undefined) throw new Error('the archive is not here any more: drop it again in the first step');
  return blob;
}

function originOf({ start, blueprint }: Draft): string {
  return originHeader(
    start === 'blueprint' ? `From the blueprint ${blueprint}, in the console` : 'Made in the console',
  );
}

/** Has a repository watched, deployed for the first time, and its function set up. */
async function watch({ draft, secrets }: Facts, say: (progress: DeployProgress) => void): Promise<void> {
  const { url } = draft.repository;
  const { name } = draft.parts.functions[0]!;
  const credential = secrets[REPOSITORY_CREDENTIAL] ?? '';
  say({ kind: 'step', title: `watching ${url}` });
  await api.put('/v1/repositories/{name}', {
    path: { name },
    body: {
      watch: { url, ...followedBy(draft.repository) },
      ...(credential !== '' && { credential }),
    },
  });
  say({ kind: 'step', title: 'fetching it, and deploying what it holds' });
  const { watch: state, deployments } = await api.post('/v1/repositories/{name}/look', { path: { name } });
  const last = deployments[0];
  if (last !== undefined) {
    const deployment = { path: { name, id: last.id } };
    const { log } = await api.get('/v1/repositories/{name}/deployments/{id}', deployment);
    if (log !== '') say({ kind: 'output', text: log });
  }
  const failure = state?.error ?? last?.error;
  if (failure !== undefined) throw new ApiProblem(409, { code: 'conflict', detail: failure });
  const { config } = await api.get('/v1/functions/{name}', { path: { name } });
  const wanted = Object.entries(configOf(draft, 0));
  const has: Readonly<Record<string, unknown>> = config;
  // What changes nothing would be another version.
  if (wanted.every(([key, value]) => JSON.stringify(has[key]) === JSON.stringify(value))) return;
  say({ kind: 'step', title: 'setting memory, time and role' });
  await api.patch('/v1/functions/{name}', { path: { name }, body: Object.fromEntries(wanted) });
}

/** By which the credential of a repository is known among the secrets. */
export const REPOSITORY_CREDENTIAL = 'repository credential';

/** References to secrets, filled in. */
function filled(value: unknown, secrets: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (text, name: string) => secrets[name] ?? text);
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, secrets)]));
}
