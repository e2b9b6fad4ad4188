import { messageOf, Problem } from '../../model/problem.ts';
import type { Git } from '../../service/repository/git.ts';
import { readCommit } from '../../service/repository/read-tree.ts';
import type { RepositoryView, Watch, WatchState } from '../../service/repository/repositories.ts';
import type { DoorContext } from '../context.ts';
import type { OwnApi } from '../own-api.ts';
import type { Principal } from '../principal.ts';
import type { Deployments } from './deployments.ts';
import { fetchRef, findBranch, HEADS, listBranches, listTags, type Outside, type OutsideRef, TAGS } from './outside.ts';
import { type Pace, Turns } from './turns.ts';

/** A host that answers slowly must not keep others from being looked at: two places are for those that answered quickly before. */
const PLACES = { quick: 5, new: 2, slow: 1, all: 5 };
/** Who takes longer than this, in looking and fetching, is slow. */
const SLOW_MS = 5_000;
const MAX_BACK_OFF_MS = 3_600_000;
/** After the start, not all at once. */
const SPREAD_MS = 5_000;
const READ_TIMEOUT_MS = 300_000;
const MAX_TAGS = 10_000;
/** So many branches are named to whoever named one that there is not. */
const MAX_NAMED = 5;
/** What a watched repository may change here: all that a project file has, and nothing of who may do what. */
const KINDS: ReadonlySet<string> = new Set(['function', 'trigger', 'bucket', 'queue', 'topic', 'kv', 'project']);

/** Looks at other repositories: now and then, when a webhook says so, and when somebody asks. */
export class Watcher {
  private readonly context: DoorContext;
  private readonly deployments: Deployments;
  private readonly ownApi: OwnApi;
  private readonly timers = new Map<string, () => void>();
  private readonly looking = new Map<string, { again: boolean; done: Promise<void> }>();
  private readonly ending = new AbortController();
  private readonly unlisten: () => void;
  private readonly turns = new Turns(PLACES);
  /** By the ids of repositories. */
  private readonly paces = new Map<string, Pace>();

  constructor(context: DoorContext, deployments: Deployments, ownApi: OwnApi) {
    this.context = context;
    this.deployments = deployments;
    this.ownApi = ownApi;
    const { repositories } = context;
    repositories.onLook((name) => this.look(name));
    this.unlisten = repositories.onChange((name) => {
      this.forgetPaces();
      this.schedule(name);
    });
    for (const { name } of repositories.list()) this.schedule(name);
  }

  /** Looks now; resolves when it has. While it looks already, it looks once more after that. */
  look(name: string): Promise<void> {
    const under = this.looking.get(name);
    if (under !== undefined) {
      under.again = true;
      return under.done;
    }
    this.unschedule(name);
    const turn = { again: false, done: Promise.resolve() };
    turn.done = (async () => {
      do {
        turn.again = false;
        await this.inTurn(name);
      } while (turn.again && !this.ending.signal.aborted);
    })().finally(() => {
      this.looking.delete(name);
      this.schedule(name);
    });
    this.looking.set(name, turn);
    return turn.done;
  }

  async close(): Promise<void> {
    this.unlisten();
    this.ending.abort();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    await Promise.allSettled([...this.looking.values()].map(({ done }) => done));
  }

  private unschedule(name: string): void {
    this.timers.get(name)?.();
    this.timers.delete(name);
  }

  private schedule(name: string): void {
    this.unschedule(name);
    const view = this.context.repositories.find(name);
    if (view?.watch === undefined || this.ending.signal.aborted || this.looking.has(name)) return;
    const { clock } = this.context;
    const nextMs = view.state.watch?.nextMs ?? 0;
    const waitMs = Math.min(Math.max(nextMs - clock.now(), Math.random() * SPREAD_MS), 86_400_000);
    this.timers.set(
      name,
      clock.after(waitMs, () => {
        this.timers.delete(name);
        this.look(name).catch((error: unknown) =>
          this.context.log.error({ err: error, repository: name }, 'a look failed'),
        );
      }),
    );
  }

  private inTurn(name: string): Promise<void> {
    const id = this.context.repositories.find(name)?.id;
    return this.turns.take(this.paces.get(id ?? '') ?? 'new', () => this.lookOnce(name));
  }

  private forgetPaces(): void {
    const ids = new Set(this.context.repositories.list().map(({ id }) => id));
    for (const id of this.paces.keys()) if (!ids.has(id)) this.paces.delete(id);
  }

  /** Asks another host, and remembers how quickly it answers. */
  private async timed<T>({ id }: RepositoryView, asked: () => Promise<T>): Promise<T> {
    const { clock } = this.context;
    const beganMs = clock.monotonicMs();
    try {
      return await asked();
    } finally {
      this.paces.set(id, clock.monotonicMs() - beganMs > SLOW_MS ? 'slow' : 'quick');
    }
  }

  private async lookOnce(name: string): Promise<void> {
    const { repositories, clock } = this.context;
    const view = repositories.find(name);
    if (view?.watch === undefined || this.ending.signal.aborted) return;
    const { pollMs } = view.watch;
    const before = view.state.watch ?? { failures: 0 };
    let after: Partial<WatchState>;
    let failures = 0;
    let error: string | undefined;
    try {
      after = await this.deployNews(view, view.watch, before);
    } catch (thrown) {
      if (this.ending.signal.aborted) return;
      after = {};
      failures = before.failures + 1;
      error = messageOf(thrown).split('\n')[0]!.slice(0, 500);
    }
    const backOffMs =
      failures === 0 ? pollMs : Math.max(pollMs, Math.min(pollMs * 2 ** (failures - 1), MAX_BACK_OFF_MS));
    const { error: _, ...rest } = before;
    const nowMs = clock.now();
    await repositories.setWatchState(name, {
      ...rest,
      ...after,
      failures,
      ...(error !== undefined && { error }),
      checkedAt: new Date(nowMs).toISOString(),
      nextMs: nowMs + backOffMs,
    });
  }

  /** Deploys where there is something new, and resolves with what is known then. Rejects where looking or deploying fails. */
  private async deployNews(view: RepositoryView, watch: Watch, before: WatchState): Promise<Partial<WatchState>> {
    const { repositories, settings } = this.context;
    const git = repositories.git();
    const outside: Outside = {
      watch,
      credential: repositories.credential(view),
      folder: await repositories.folder(view),
      maxFileBytes: settings.maxPushBytes,
      signal: this.ending.signal,
    };
    const refs = await this.timed(view, async () =>
      watch.tag === undefined ? [await this.branchOf(git, outside)] : listTags(git, outside, watch.tag),
    );
    // What is forgotten would be new again, and so deployed.
    if (watch.tag !== undefined && refs.length > MAX_TAGS)
      throw new Error(`more than ${MAX_TAGS} tags fit ${watch.tag}: give a pattern that fits fewer`);
    const next =
      watch.tag === undefined ? refs.find(({ commit }) => commit !== before.commit) : newestTag(refs, before);
    const tags = watch.tag === undefined ? {} : { tags: knownTags(refs) };
    if (next === undefined) return tags;
    await this.timed(view, () => fetchRef(git, outside, next.ref)).catch(async (error: unknown) => {
      await repositories.clear(view);
      throw error;
    });
    const options = { folder: outside.folder, timeoutMs: READ_TIMEOUT_MS, signal: this.ending.signal };
    const commit = await readCommit(git, next.commit, options);
    const principal = this.principalOf(view);
    const known = { commit: next.commit, ...tags };
    await this.deployments.deploy(view, {
      commit,
      ref: next.ref,
      ...(watch.tag === undefined ? { branch: next.ref.slice(HEADS.length) } : { tag: next.ref.slice(TAGS.length) }),
      by: principal.name,
      address: watch.url,
      api: this.ownApi.as(principal, this.ending.signal),
      lastingApi: this.ownApi.as(principal),
      options,
      known,
      tell: () => {},
    });
    // Within the turn: the next fetch, where it fails, removes what is half written.
    await repositories.tidy(view, this.ending.signal);
    return known;
  }

  /** The branch that is watched; rejects with which ones there are instead. */
  private async branchOf(git: Git, outside: Outside): Promise<OutsideRef> {
    const { url, branch } = outside.watch;
    const found = await findBranch(git, outside, branch);
    if (found !== undefined) return found;
    const which = branch === undefined ? 'no default branch' : `no branch ${branch}`;
    throw new Error(`there is ${which} at ${url}${branchWords(await listBranches(git, outside))}`);
  }

  /** Who deploys for a repository that is watched: nobody who may more than whoever has it watched. */
  private principalOf({ name, watchedFor }: RepositoryView): Principal {
    const base = { kind: 'token', name: `git:${name}`, grants: 'all' } as const;
    if (watchedFor === undefined) {
      const may = (action: string) => isOfProjects(action);
      return { ...base, teams: [], may, mayAny: may };
    }
    const { user, team, sinceMs } = watchedFor;
    const owner = user === undefined ? { team: team! } : { user };
    const them = this.context.identity.actingFor(owner, sinceMs);
    if (them === undefined) {
      throw new Problem(
        'forbidden',
        `${user ?? `the team ${team}`}, for whom it is watched, is no more or is disabled: whoever may deploy is to set it again with fob repo watch`,
      );
    }
    return {
      ...base,
      teams: them.teams,
      ...(user !== undefined && { user }),
      ...(them.helpers && { helpers: them.helpers }),
      ...(them.callers && { callers: them.callers }),
      may: (action, resource, as) => isOfProjects(action) && them.may(action, resource, as),
      mayAny: (action) => isOfProjects(action) && them.mayAny(action),
    };
  }
}

function isOfProjects(action: string): boolean {
  return KINDS.has(action.slice(0, action.indexOf(':')));
}

/** Which branches there are instead, for whoever named one that there is not. */
function branchWords(branches: readonly string[]): string {
  if (branches.length === 0) return ': nothing was committed to it yet';
  const further = branches.length - MAX_NAMED;
  return `; it has ${branches.slice(0, MAX_NAMED).join(', ')}${further > 0 ? ` and ${further} more` : ''}`;
}

/** Of the tags that were not there before, the one with the highest version. */
function newestTag(refs: readonly OutsideRef[], { tags = {} }: WatchState): OutsideRef | undefined {
  const fresh = refs.filter(({ ref, commit }) => tags[ref] !== commit);
  return fresh.sort((a, b) => byVersion.compare(a.ref, b.ref)).at(-1);
}

const byVersion = new Intl.Collator('en', { numeric: true });

function knownTags(refs: readonly OutsideRef[]): Record<string, string> {
  return Object.fromEntries(refs.map(({ ref, commit }) => [ref, commit]));
}
