import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { applyPlan } from '../../project/apply.ts';
import { isEmpty } from '../../project/plan.ts';
import type { NodeClient } from '../client.ts';
import { sendCode } from '../deploy/send.ts';
import { readUpload } from '../deploy/upload.ts';
import { EXIT, Failure } from '../failure.ts';
import type { Progress } from '../output.ts';
import { loadPlan, projectApi } from '../project-file/load.ts';

/** What is under development. */
export interface Work {
  /** For people: a function's name, or a project file. */
  readonly title: string;
  /** The function whose log is shown; absent: all of the node's. */
  readonly function?: string;
  /** Makes the node have it as it is written now; resolves with what was done, in words. Throws a `Failure` where the node refuses. */
  deploy(progress: Progress): Promise<string>;
}

/** One function. */
export function functionWork(client: NodeClient, options: { name: string; path: string; config: object }): Work {
  const { name, path, config } = options;
  return {
    title: name,
    function: name,
    async deploy(progress) {
      const { version } = await sendCode(client, name, await readUpload(path, progress), config, false, progress);
      return `version ${version}`;
    },
  };
}

/** Whether a folder holds a project file. */
export async function hasProjectFile(folder: string): Promise<boolean> {
  const found = await Promise.all(
    ['fob.yaml', 'fob.yml'].map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return found.some((info) => info?.isFile() === true);
}

/** All that a project file names: functions, triggers and services, of which only what changed is made anew. */
export function projectWork(client: NodeClient, folder: string): Work {
  const api = projectApi(client);
  return {
    title: join(folder, 'fob.yaml'),
    async deploy(progress) {
      const plan = await loadPlan(api, { file: folder });
      if (isEmpty(plan)) return 'nothing to do';
      const { done, failed } = await applyPlan(plan, {
        api,
        stated: {},
        origin: async () => ({}),
        tell: (line) => progress.line(line),
        onStep: () => {},
      });
      const names = done.map(({ section, name }) => `${section.noun} ${name}`).join(', ');
      if (failed === undefined) return names;
      const { step, error } = failed;
      const message = `${step.section.noun} ${step.name}: ${(error as Error).message}`;
      throw error instanceof Failure
        ? new Failure(error.exitCode, message, { body: error.body, cause: error })
        : new Failure(EXIT.refused, message, { cause: error });
    },
  };
}
