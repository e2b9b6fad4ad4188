import type { Clock } from '../../model/clock.ts';
import type { FunctionConfig, FunctionDocument } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redactor.ts';
import { fitsPattern, parseSecretReference, SECRET_LIMITS, SECRET_NAME_PATTERN } from '../../model/secret.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import type { Vault } from '../../store/vault.ts';
import { createRedactor } from './redactor.ts';
import type { SecretChange, Secrets, SecretUser } from './secrets.ts';
import { isRedacted, type StoredSecret, type StoredSecretVersion, viewOf, withVersion } from './stored-secret.ts';

const PREFIX = 'secret/';
/** Redactors that are kept, so that a start of a sandbox costs no making of one. */
const MAX_REDACTORS = 100;
const NAME = new RegExp(SECRET_NAME_PATTERN);

interface SecretsOptions {
  readonly registry: Registry;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Every version that can be called, by an alias too, to see who uses a secret. */
  callable(): Iterable<FunctionDocument>;
  /** What a function's execution role grants. */
  roleGrants(config: FunctionConfig): readonly string[];
}

/** Opens the secrets over a store: held in memory, sealed, and opened only for the functions that get them. */
export async function openSecrets(options: SecretsOptions): Promise<Secrets> {
  const { registry, vault, clock } = options;
  const documents = await Documents.open<StoredSecret>(registry, PREFIX);

  const redactors = new Map<string, Redactor | undefined>();
  /** `key` is what the values were sealed as, which another value never is. */
  const redactorOf = (key: string, values: readonly [string, string][]): Redactor | undefined => {
    if (redactors.has(key)) return redactors.get(key);
    const made = createRedactor(values);
    for (const old of [...redactors.keys()].slice(0, Math.max(0, redactors.size - MAX_REDACTORS + 1)))
      redactors.delete(old);
    redactors.set(key, made);
    return made;
  };

  const isGranted = (name: string, functionName: string, config: FunctionConfig): boolean =>
    fitsPattern(documents.find(name)?.functions ?? [], functionName) ||
    options.roleGrants(config).some((grant) => grant.startsWith('secret:') && fitsPattern([grant.slice(7)], name));

  const usersOf = (name: string): SecretUser[] => {
    const users = new Map<string, SecretUser>();
    for (const document of options.callable()) {
      for (const [variable, text] of Object.entries(document.config.secrets)) {
        const { version, ...reference } = parseSecretReference(text);
        if (reference.name !== name) continue;
        const granted = isGranted(name, document.name, document.config);
        // Several versions of a function mostly use it alike.
        users.set(JSON.stringify([document.name, variable, version]), {
          function: document.name,
          variable,
          granted,
          ...(version !== undefined && { version }),
        });
      }
    }
    return [...users.values()];
  };

  /** The version that a reference means, or why there is none. */
  const wanted = (text: string, functionName: string, config: FunctionConfig): StoredSecretVersion | string => {
    const { name, version } = parseSecretReference(text);
    const secret = documents.find(name);
    if (secret === undefined) return `there is no secret "${name}": make it with fob secret set ${name}`;
    if (!isGranted(name, functionName, config)) {
      return `the secret "${name}" is not granted to ${functionName}: fob secret grant ${name} ${functionName}, or give the function an execution role with the grant secret:${name}`;
    }
    const found =
      version === undefined ? secret.versions.at(-1) : secret.versions.find((each) => each.version === version);
    if (found !== undefined) return found;
    const kept = secret.versions.map((each) => each.version).join(', ');
    return `the secret "${name}" has no version ${version}: there are ${kept}`;
  };

  const shown = (name: string, stored: StoredSecret) => viewOf(name, stored, documents.revisionOf(name));

  const pinnedOf = (name: string): Set<number> =>
    new Set(usersOf(name).flatMap(({ version }) => (version === undefined ? [] : [version])));

  return {
    async set(name, change, by, expectedRevision) {
      checkChange(name, change);
      if (documents.find(name) === undefined && documents.count >= SECRET_LIMITS.count) {
        throw new Problem('invalid_request', `there are ${SECRET_LIMITS.count} secrets already; remove some first`);
      }
      const { value, description, functions } = change;
      const nowMs = clock.now();
      const changed = (current: StoredSecret | undefined): StoredSecret => {
        if (current === undefined && value === undefined) throw absent(name);
        const settings = {
          ...(current ?? { description: '', functions: [], createdAtMs: nowMs, versions: [] }),
          ...(description !== undefined && { description }),
          ...(functions !== undefined && { functions: [...new Set(functions)] }),
        };
        if (value === undefined) return settings;
        const sealed = vault.seal(value);
        const made = { createdAtMs: nowMs, by, bytes: Buffer.byteLength(value), redacted: isRedacted(value), sealed };
        return withVersion(settings, made, pinnedOf(name));
      };
      return shown(name, await documents.update(name, changed, expectedRevision));
    },

    async rollback(name, version, by, expectedRevision) {
      const changed = (current: StoredSecret | undefined): StoredSecret => {
        if (current === undefined) throw absent(name);
        const from =
          version === undefined ? current.versions.at(-2) : current.versions.find((each) => each.version === version);
        if (from === undefined) {
          const kept = current.versions.map((each) => each.version).join(', ');
          const why = version === undefined ? 'has no version before the last' : `has no version ${version}`;
          throw new Problem('not_found', `the secret "${name}" ${why}: there are ${kept}`);
        }
        const { version: restoredFrom, ...value } = from;
        return withVersion(current, { ...value, createdAtMs: clock.now(), by, restoredFrom }, pinnedOf(name));
      };
      return shown(name, await documents.update(name, changed, expectedRevision));
    },

    async remove(name, { force = false, expectedRevision } = {}) {
      const users = [...new Set(usersOf(name).map((user) => user.function))];
      if (users.length > 0 && !force) {
        throw new Problem(
          'conflict',
          `the secret "${name}" is used by ${listed(users)}: take it out of their configuration first, or remove it by force (--force, in the API ?force=true), after which they cannot be started`,
          { details: { functions: users.slice(0, 100) } },
        );
      }
      return documents.remove(name, expectedRevision);
    },

    find(name) {
      const stored = documents.find(name);
      return stored && shown(name, stored);
    },
    list: () => documents.list().map(([name, stored]) => shown(name, stored)),
    usersOf,

    faultsOf: (functionName, config) =>
      Object.values(config.secrets).flatMap((text) => {
        const found = wanted(text, functionName, config);
        return typeof found === 'string' ? [found] : [];
      }),

    forLoad(functionName, config) {
      const variables = Object.entries(config.secrets);
      if (variables.length === 0) return undefined;
      const environment: Record<string, string> = {};
      const values: [string, string][] = [];
      let key = '';
      for (const [variable, text] of variables) {
        const found = wanted(text, functionName, config);
        if (typeof found === 'string') {
          throw new Problem('load_failed', found, { details: { type: 'SecretError' } });
        }
        const value = vault.open(found.sealed);
        environment[variable] = value;
        const { name } = parseSecretReference(text);
        values.push([name, value]);
        key += `${name} ${found.sealed}\n`;
      }
      return { environment, redactor: redactorOf(key, values) };
    },

    close: () => documents.close(),
  };
}

function checkChange(name: string, { value, functions }: SecretChange): void {
  if (!NAME.test(name)) {
    throw new Problem(
      'invalid_request',
      'a secret is named with 1 to 128 letters, digits, ".", "-" and "_", and begins with a letter or digit',
    );
  }
  if (functions !== undefined && functions.length > SECRET_LIMITS.functions) {
    throw new Problem('invalid_request', `a secret names at most ${SECRET_LIMITS.functions} patterns of functions`);
  }
  if (value === undefined) return;
  if (value === '') throw new Problem('invalid_request', 'the value is empty: remove the secret instead');
  if (!value.isWellFormed() || value.includes('\0')) {
    throw new Problem('invalid_request', 'the value is no text that a variable can hold: encode it, such as by base64');
  }
  const bytes = Buffer.byteLength(value);
  if (bytes > SECRET_LIMITS.bytes) {
    throw new Problem('too_large', `the value has ${bytes} bytes; ${SECRET_LIMITS.bytes} are the most`);
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function absent(name: string): Problem {
  return new Problem('not_found', `there is no secret "${name}"; GET /v1/secrets lists them`);
}
