import { randomUUID } from 'node:crypto';
import { messageOf, Problem } from '../../model/problem.ts';
import type { ProjectApi } from '../../project/api.ts';
import type { GitOptions } from '../../service/repository/git.ts';
import type { Deployment, RepositoryView, WatchState } from '../../service/repository/repositories.ts';
import type { DoorContext } from '../context.ts';
import { type CommitToDeploy, deployCommit } from './deploy-commit.ts';

/** What was printed is kept up to here: its end. */
const MAX_LOG_CHARACTERS = 16_384;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a build printed must not move the cursor of whoever pushed
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export interface DeploymentRequest extends Omit<CommitToDeploy, 'repository'> {
  readonly ref: string;
  readonly by: string;
  readonly api: ProjectApi;
  readonly lastingApi: ProjectApi;
  readonly options: GitOptions;
  /** What is known of a watched one when it is deployed: a node that is killed right after must not deploy it again. */
  readonly known?: Partial<WatchState>;
  tell(line: string): void;
}

/** Deploys commits of repositories: of each one after the other, a few at once, each with a record. */
export class Deployments {
  private readonly context: DoorContext;
  private readonly temporary: () => string;
  private readonly turns = new Map<string, Promise<unknown>>();

  /** `temporary` makes the folder for what is under way, and says where it is. */
  constructor(context: DoorContext, temporary: () => string) {
    this.context = context;
    this.temporary = temporary;
  }

  /** Resolves when it is deployed; rejects with the `Problem` that kept it from that. */
  deploy(repository: RepositoryView, request: DeploymentRequest): Promise<void> {
    const before = this.turns.get(repository.id) ?? Promise.resolve();
    const turn = before.then(() => this.run(repository, request));
    const settled = turn.catch(() => {});
    this.turns.set(repository.id, settled);
    void settled.then(() => {
      if (this.turns.get(repository.id) === settled) this.turns.delete(repository.id);
    });
    return turn;
  }

  private async run(repository: RepositoryView, request: DeploymentRequest): Promise<void> {
    const { repositories, settings, clock, log } = this.context;
    const startedMs = clock.monotonicMs();
    const at = new Date(clock.now()).toISOString();
    let printed = '';
    const tell = (text: string) => {
      for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
        const shown = line.replace(CONTROL, '');
        printed = `${printed}${shown}\n`.slice(-MAX_LOG_CHARACTERS);
        request.tell(shown);
      }
    };
    let failure: unknown;
    try {
      await deployCommit(
        { ...request, repository },
        {
          git: repositories.git(),
          options: request.options,
          api: request.api,
          lastingApi: request.lastingApi,
          temporary: this.temporary(),
          maxTreeBytes: settings.maxTreeBytes,
          tell,
        },
      );
    } catch (error) {
      failure = error;
      if (!(error instanceof Problem)) log.error({ err: error, repository: repository.name }, 'a deployment failed');
      const buildLog = error instanceof Problem ? error.details?.log : undefined;
      if (typeof buildLog === 'string') tell(buildLog.trimEnd());
      tell(`error: ${messageOf(error)}`);
    }
    const deployment: Deployment = {
      id: randomUUID(),
      at,
      by: request.by,
      ref: request.ref,
      ...request.commit,
      state: failure === undefined ? 'deployed' : 'failed',
      durationMs: Math.round(clock.monotonicMs() - startedMs),
      ...(failure !== undefined && { error: messageOf(failure).slice(0, 2_000) }),
      log: printed,
    };
    await repositories.record(repository.name, deployment, failure === undefined ? request.known : undefined);
    if (failure !== undefined) throw failure;
  }
}
