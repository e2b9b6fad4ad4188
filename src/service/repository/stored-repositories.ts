import { randomBytes, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import type { WatchedFor } from '../../model/identity.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Store } from '../../store/store.ts';
import { findGit } from './find-git.ts';
import { Git } from './git.ts';
import type {
  Deployment,
  NewRepository,
  Repositories,
  RepositoryDocument,
  RepositorySettings,
  RepositoryState,
  RepositoryView,
  WatchState,
} from './repositories.ts';
import { checkSettings, checkWatch } from './rules.ts';

const NAME = new RegExp(FUNCTION_NAME_PATTERN);
const MAX_REPOSITORIES = 1_000;
const MAX_DEPLOYMENTS = 20;
const INIT_TIMEOUT_MS = 30_000;
const TIDY_TIMEOUT_MS = 300_000;
const NOTHING: RepositoryState = { deployments: [] };

interface Options {
  readonly store: Pick<Store, 'registry' | 'vault'>;
  /** The data folder of the node. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RunningRepositories extends Repositories {
  close(): Promise<void>;
}

/** Opens the repositories of a node: documents in its registry, objects in `repositories/` of its data folder. */
export async function openRepositories(options: Options): Promise<RunningRepositories> {
  const root = join(options.folder, 'repositories');
  const home = join(root, '.home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const listeners = new Set<(name: string) => void>();
  const tell = (name: string) => {
    for (const listener of listeners) listener(name);
  };
  const { registry } = options.store;
  const documents = await Documents.open<RepositoryDocument>(registry, 'repository/', tell);
  const states = await Documents.open<RepositoryState>(registry, 'repository-state/');
  const repositories = new StoredRepositories(options, root, home, documents, states, listeners);
  await repositories.tidyUp();
  return repositories;
}

class StoredRepositories implements RunningRepositories {
  private readonly options: Options;
  private readonly root: string;
  private readonly home: string;
  private readonly documents: Documents<RepositoryDocument>;
  private readonly states: Documents<RepositoryState>;
  private readonly listeners: Set<(name: string) => void>;
  private readonly making = new Map<string, Promise<void>>();
  private system: Git | undefined;
  private looking: ((name: string) => Promise<void>) | undefined;

  constructor(
    options: Options,
    root: string,
    home: string,
    documents: Documents<RepositoryDocument>,
    states: Documents<RepositoryState>,
    listeners: Set<(name: string) => void>,
  ) {
    this.options = options;
    this.root = root;
    this.home = home;
    this.documents = documents;
    this.states = states;
    this.listeners = listeners;
  }

  git(): Git {
    if (this.system === undefined) {
      const program = findGit();
      if (program === undefined) {
        throw new Problem('unavailable', 'this machine has no git, which repositories need: apt-get install git');
      }
      this.system = new Git(program, this.home);
    }
    return this.system;
  }

  list(): RepositoryView[] {
    return this.documents.list().map(([name, document]) => this.view(name, document));
  }

  find(name: string): RepositoryView | undefined {
    const document = this.documents.find(name);
    return document === undefined ? undefined : this.view(name, document);
  }

  async create(
    name: string,
    { settings = {}, watch, credential, by, watchedFor }: NewRepository,
  ): Promise<RepositoryView> {
    if (!NAME.test(name)) {
      throw new Problem(
        'invalid_request',
        `"${name.slice(0, 100)}" is no name of a repository: use up to 64 letters, digits, - and _, beginning with a letter or digit`,
      );
    }
    const git = this.git();
    if (this.documents.count >= MAX_REPOSITORIES) {
      throw new Problem('too_large', `there are ${MAX_REPOSITORIES} repositories already; remove one`);
    }
    if (watch !== undefined) checkWatch(watch);
    const { vault } = this.options.store;
    const document: RepositoryDocument = {
      id: randomUUID(),
      createdAt: new Date(this.options.clock.now()).toISOString(),
      by,
      settings: checkSettings({ branch: '', environment: '', function: name, description: '', ...settings }),
      ...(watch !== undefined && watchedFor !== undefined && { watchedFor: this.fromNow(watchedFor) }),
      ...(watch !== undefined && { watch, hookSecret: vault.seal(randomBytes(24).toString('base64url')) }),
      ...(credential !== undefined && { credential: vault.seal(credential) }),
    };
    // The folder comes first: a repository that is listed can be pushed to.
    const folder = this.place(document);
    try {
      await initialise(git, folder);
      await this.documents.update(name, () => document, 0);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return this.find(name)!;
  }

  async configure(name: string, change: Partial<NewRepository>, expectedRevision?: number): Promise<RepositoryView> {
    if (change.watch !== undefined) checkWatch(change.watch);
    const given = definedOnly(change.settings ?? {});
    await this.documents.update(
      name,
      (current) => {
        if (current === undefined) throw absent(name);
        if ((change.watch !== undefined || change.credential !== undefined) && current.watch === undefined) {
          throw new Problem('conflict', `"${name}" is a repository to push to; make another one to watch`);
        }
        const { watchedFor: _, ...rest } = current;
        return {
          ...rest,
          ...(current.watch !== undefined &&
            change.watchedFor !== undefined && { watchedFor: this.fromNow(change.watchedFor) }),
          settings: checkSettings({ ...current.settings, ...given }),
          ...(change.watch !== undefined && { watch: change.watch }),
          ...(change.credential !== undefined && { credential: this.options.store.vault.seal(change.credential) }),
        };
      },
      expectedRevision,
    );
    return this.find(name)!;
  }

  async remove(name: string, expectedRevision?: number): Promise<boolean> {
    const view = this.find(name);
    if (view === undefined || !(await this.documents.remove(name, expectedRevision))) return false;
    await this.states.remove(name);
    const folder = this.place(view);
    // Whoever reads it now goes on reading what he has opened.
    const going = `${folder}.removed`;
    await rename(folder, going).catch(() => {});
    await rm(going, { recursive: true, force: true });
    return true;
  }

  async folder(view: RepositoryView): Promise<string> {
    const folder = this.place(view);
    if (!(await exists(join(folder, 'HEAD')))) {
      let making = this.making.get(view.id);
      if (making === undefined) {
        making = initialise(this.git(), folder).finally(() => this.making.delete(view.id));
        this.making.set(view.id, making);
      }
      await making;
    }
    return folder;
  }

  private fromNow(who: Omit<WatchedFor, 'sinceMs'>): WatchedFor {
    return { ...who, sinceMs: this.options.clock.now() };
  }

  private place({ id }: { readonly id: string }): string {
    return join(this.root, `${id}.git`);
  }

  credential({ credential }: RepositoryView): string | undefined {
    return credential === undefined ? undefined : this.options.store.vault.open(credential);
  }

  hookSecret({ hookSecret }: RepositoryView): string | undefined {
    return hookSecret === undefined ? undefined : this.options.store.vault.open(hookSecret);
  }

  async record(name: string, deployment: Deployment, known?: Partial<WatchState>): Promise<void> {
    await this.changeState(name, (state) => ({
      ...state,
      ...(known !== undefined && { watch: { failures: 0, ...state.watch, ...known } }),
      deployments: [deployment, ...state.deployments].slice(0, MAX_DEPLOYMENTS),
    }));
  }

  async setWatchState(name: string, watch: WatchState): Promise<void> {
    await this.changeState(name, (state) => ({ ...state, watch }));
  }

  async tidy(view: RepositoryView, signal?: AbortSignal): Promise<void> {
    const config = {
      'gc.auto': '1000',
      'gc.autoPackLimit': '20',
      'gc.autoDetach': 'false',
      // What others see of it can be fetched again.
      ...(view.watch !== undefined && { 'gc.pruneExpire': '1.hour.ago', 'gc.cruftPacks': 'true' }),
    };
    const pack = async () =>
      this.git().run(['gc', '--auto', '--quiet'], {
        folder: await this.folder(view),
        timeoutMs: TIDY_TIMEOUT_MS,
        config,
        ...(signal !== undefined && { signal }),
      });
    await pack().catch((error: unknown) =>
      this.options.log.warn({ err: error, repository: view.name }, 'packing a repository failed'),
    );
  }

  async clear(view: RepositoryView): Promise<void> {
    await removeLeftovers(this.place(view)).catch((error: unknown) =>
      this.options.log.warn({ err: error, repository: view.name }, 'removing what a fetch left failed'),
    );
  }

  onChange(listener: (name: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onLook(listener: (name: string) => Promise<void>): void {
    this.looking = listener;
  }

  async look(name: string): Promise<void> {
    await this.looking?.(name);
  }

  /** After a node that was killed: folders of no repository, half a push, and locks of what runs no more. */
  async tidyUp(): Promise<void> {
    const known = new Set(this.list().map(({ id }) => `${id}.git`));
    for (const entry of await readdir(this.root)) {
      if (entry === '.home' || entry === '.hooks') continue;
      const folder = join(this.root, entry);
      if (!known.has(entry)) {
        await rm(folder, { recursive: true, force: true });
        continue;
      }
      await removeLeftovers(folder);
    }
  }

  async close(): Promise<void> {
    this.system?.close();
    this.documents.close();
    this.states.close();
  }

  private async changeState(name: string, change: (state: RepositoryState) => RepositoryState): Promise<void> {
    // It may have been removed meanwhile; a state without a repository would come back with the next one of its name.
    if (this.documents.find(name) === undefined) return;
    await this.states.update(name, (state) => change(state ?? NOTHING));
  }

  private view(name: string, document: RepositoryDocument): RepositoryView {
    return {
      name,
      revision: this.documents.revisionOf(name),
      ...document,
      state: this.states.find(name) ?? NOTHING,
    };
  }
}

async function initialise(git: Git, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const words = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', '.'];
  await git.run(words, { folder, timeoutMs: INIT_TIMEOUT_MS });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isIncoming = entry.isDirectory() && entry.name.startsWith('tmp_objdir-');
    const isRest = entry.isFile() && (entry.name.endsWith('.lock') || entry.name.startsWith('tmp_'));
    if (isIncoming || isRest) await rm(path, { recursive: true, force: true });
  }
}

function definedOnly(settings: Partial<RepositorySettings>): Partial<RepositorySettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

export function absent(name: string): Problem {
  return new Problem('not_found', `there is no repository "${name}"; GET /v1/repositories lists them`);
}
