import { newTrigger, type TriggerDraft } from '../../ui/trigger-form/draft.ts';

/** How one begins. */
export type Start = 'blueprint' | 'code' | 'upload' | 'repository';
export type Language = 'javascript' | 'typescript' | 'python';

export interface CodeFile {
  readonly path: string;
  readonly text: string;
}

/** What a function may touch. `auto`: what its triggers suggest. */
export interface Access {
  readonly mode: 'auto' | 'none' | 'existing' | 'new';
  readonly role: string;
  /** Of a role that is made. */
  readonly grants: readonly string[];
}

export interface FunctionDraft {
  readonly name: string;
  readonly description: string;
  /** Empty: the node finds out. */
  readonly runtime: string;
  /** Empty: the node finds out. */
  readonly handler: string;
  /** Code that can be read and changed here; none of an archive, or of a repository. */
  readonly files: readonly CodeFile[];
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly access: Access;
  /** Its owner and tags, and settings that only a blueprint gives, such as its environment. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A trigger, and which of the functions it wakes. */
export interface WakingTrigger {
  readonly of: number;
  readonly trigger: TriggerDraft;
}

/** A bucket, queue or topic that is made besides those that triggers read from. */
interface ServiceDraft {
  readonly kind: 'bucket' | 'queue' | 'topic';
  readonly name: string;
}

/** A secret that is made; its value is asked for, and kept nowhere here. */
interface SecretDraft {
  readonly name: string;
  readonly description: string;
  readonly functions: readonly string[];
  /** The variable of the blueprint that brings its value. */
  readonly variable: string;
}

/** A key-value space with what it begins with. */
interface KeyValuesDraft {
  readonly space: string;
  /** Texts by their keys. */
  readonly values: Readonly<Record<string, string>>;
}

/** All that is made. */
export interface Parts {
  readonly functions: readonly FunctionDraft[];
  readonly triggers: readonly WakingTrigger[];
  readonly services: readonly ServiceDraft[];
  readonly keyValues: readonly KeyValuesDraft[];
  readonly secrets: readonly SecretDraft[];
}

/** Code that was dropped as an archive, or is too much to be read here. */
export interface UploadDraft {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
  /** Its content, where it is small enough to be kept over a reload; otherwise it is in memory alone. */
  readonly base64?: string;
}

export interface RepositoryDraft {
  readonly url: string;
  readonly follow: 'branch' | 'tag';
  readonly ref: string;
}

/** What of a repository deploys; nothing said, its default branch does. */
export function followedBy({ follow, ref }: RepositoryDraft): { branch?: string; tag?: string } {
  if (follow === 'tag') return { tag: ref || 'v*' };
  return ref === '' ? {} : { branch: ref };
}

/** What is being created. Everything but secrets and large archives survives a reload. */
export interface Draft {
  readonly start?: Start;
  readonly language: Language;
  readonly blueprint?: string;
  /** What was typed of what the blueprint asks for. */
  readonly values: Readonly<Record<string, string>>;
  readonly parts: Parts;
  /** What the blueprint made of the values last: where `parts` differ, somebody changed something. */
  readonly base?: Parts;
  readonly upload?: UploadDraft;
  readonly repository: RepositoryDraft;
  /** Steps that were gone through; what is missing in them is told. */
  readonly seen: readonly string[];
}

const DEFAULT_MEMORY_MB = 128;
const DEFAULT_TIMEOUT_MS = 30_000;

const NO_ACCESS: Access = { mode: 'auto', role: '', grants: [] };

export function newFunction(given: Partial<FunctionDraft> = {}): FunctionDraft {
  return {
    ...{ name: '', description: '', runtime: '', handler: '', files: [], settings: {} },
    ...{ memoryMb: DEFAULT_MEMORY_MB, timeoutMs: DEFAULT_TIMEOUT_MS, access: NO_ACCESS },
    ...given,
  };
}

export const NO_PARTS: Parts = { functions: [newFunction()], triggers: [], services: [], keyValues: [], secrets: [] };

export const NEW_DRAFT: Draft = {
  language: 'javascript',
  values: {},
  parts: NO_PARTS,
  repository: { url: '', follow: 'branch', ref: '' },
  seen: [],
};

/** Changes one function of a draft. */
export function withFunction(draft: Draft, at: number, change: Partial<FunctionDraft>): Draft {
  const functions = draft.parts.functions.map((fn, index) => (index === at ? { ...fn, ...change } : fn));
  return { ...draft, parts: { ...draft.parts, functions } };
}

export function withTriggers(draft: Draft, triggers: readonly WakingTrigger[]): Draft {
  return { ...draft, parts: { ...draft.parts, triggers } };
}

export function addTrigger(draft: Draft, type: string): Draft {
  return withTriggers(draft, [...draft.parts.triggers, { of: 0, trigger: newTrigger(type) }]);
}

/**
 * What a function may touch: what was chosen, or what its triggers suggest. A function that a bucket wakes is to read that
 * bucket, and nothing else.
 */
export function accessOf({ parts }: Draft, at: number): Access & { suggested: boolean } {
  const fn = parts.functions[at]!;
  if (fn.access.mode !== 'auto') return { ...fn.access, suggested: false };
  const grants = parts.triggers.flatMap(({ of, trigger }) => {
    const { bucket } = trigger.options;
    return of === at && trigger.type === 'bucket' && typeof bucket === 'string' && bucket !== ''
      ? [`bucket:${bucket}:read`]
      : [];
  });
  if (grants.length === 0) return { mode: 'none', role: '', grants: [], suggested: true };
  return { mode: 'new', role: fn.name, grants: [...new Set(grants)], suggested: true };
}

/** Who is on call for it; empty: nobody is named yet. */
export function ownerOf({ settings }: FunctionDraft): string {
  return typeof settings.owner === 'string' ? settings.owner : '';
}

/** Its tags, each as `name=value`. */
export function tagsOf({ settings }: FunctionDraft): string[] {
  return Object.entries((settings.tags ?? {}) as Record<string, string>).map(([name, value]) =>
    value === '' ? name : `${name}=${value}`,
  );
}

/** Tags by their names, from how they are written; of two of one name the last. */
export function tagsFrom(tags: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    tags.map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}
