import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { Principal } from '../../model/identity.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import { Brakes } from './brakes.ts';
import { accessChanges } from './changes/access.ts';
import { type Changes, createChanges } from './changes/changes.ts';
import { roleChanges } from './changes/roles.ts';
import { teamChanges } from './changes/teams.ts';
import { tokenChanges } from './changes/tokens.ts';
import { userChanges } from './changes/users.ts';
import { Directory } from './directory.ts';
import { explain } from './explain.ts';
import type { Identity } from './identity.ts';
import { administratorsOf } from './lockout.ts';
import type { FunctionLookup, Owners } from './ownership.ts';
import { isPassword } from './passwords.ts';
import { Principals } from './principals.ts';

const SESSION_MS = 12 * 3_600_000;
/** How often the last use of tokens is written at most. */
const WRITE_USES_EVERY_MS = 300_000;
const MAX_HELPERS = 3;

interface IdentityOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly functionOf: FunctionLookup;
  readonly ownerOfRole: Owners['ownerOfRole'];
  /** What whoever owns the data folder can always do, as a sentence. */
  readonly wayBack: string;
}

/** Opens identity over a registry. */
export async function openIdentity({
  registry,
  clock,
  log,
  functionOf,
  ownerOfRole,
  wayBack,
}: IdentityOptions): Promise<Identity> {
  const usedAtMs = new Map<string, number>();
  let cancelWrite: (() => void) | undefined;
  let principals: Principals | undefined;
  let helpersText: string | undefined;
  const directory = await Directory.open(registry, () => {
    principals?.forget();
    helpersText = undefined;
  });

  const helpers = (): string => {
    if (helpersText !== undefined) return helpersText;
    const names = administratorsOf(directory.state(), clock.now());
    const shown = names.slice(0, MAX_HELPERS).join(', ') + (names.length > MAX_HELPERS ? ', …' : '');
    helpersText = names.length === 0 ? 'the operator of this node' : `an administrator (${shown})`;
    return helpersText;
  };
  const onUse = (id: string): void => {
    usedAtMs.set(id, clock.now());
    cancelWrite ??= clock.after(WRITE_USES_EVERY_MS, () => {
      writeUses().catch((error: unknown) => log.warn({ err: error }, 'the last use of tokens was not written'));
    });
  };
  const { tokens } = directory;
  const writeUses = async (): Promise<void> => {
    cancelWrite?.();
    cancelWrite = undefined;
    const uses = [...usedAtMs];
    usedAtMs.clear();
    for (const [id, lastUsedAtMs] of uses) {
      await changes.serially(async () => {
        if (tokens.find(id) !== undefined) await tokens.update(id, (stored) => ({ ...stored!, lastUsedAtMs }));
      });
    }
  };
  principals = new Principals({ directory, clock, functionOf, ownerOfRole, helpers, onUse });
  const known = principals;
  const changes: Changes = createChanges({ directory, clock, wayBack });
  const brakes = new Brakes(clock);
  const tokenPart = tokenChanges(changes, (id) => usedAtMs.get(id));
  const users = userChanges(changes, tokenPart);

  // What is of a function that is gone must not be of another one that gets its name.
  const unwatch = registry.watch('function/', (change) => {
    if (change.kind !== 'delete') return;
    const name = change.key.slice('function/'.length);
    if (directory.access.find(name) === undefined) return;
    directory.access
      .remove(name)
      .catch((error: unknown) =>
        log.error({ err: error, function: name }, 'the access list of a removed function stays'),
      );
  });

  return {
    get hasUsers() {
      return directory.hasUsers;
    },
    get hasOpenFunctions() {
      return directory.hasOpenFunctions;
    },
    authenticate: (text) => known.authenticate(text),
    actingFor: (owner, sinceMs) => known.actingFor(owner, sinceMs),
    listed: (principal, functionName) =>
      directory.hasAccess ? known.listed(callersOf(principal), functionName) : undefined,
    keptOut: (caller, functionName) =>
      directory.hasAccess && known.listed(['*', `function:${caller}`], functionName) === false,
    removedFunctions: () => directory.removed.list().map(([name]) => name),
    explain: (question) => explain(question, directory, known),
    helpers,
    ...users,
    ...teamChanges(changes),
    ...roleChanges(changes),
    ...tokenPart,
    ...accessChanges(changes),

    async login(name, password, address) {
      brakes.check(name, address);
      brakes.failed(name, address);
      const user = directory.users.find(name);
      const isRight = await isPassword(password, user?.password);
      // The same for a user who is not there, has no password, or is disabled.
      if (!isRight || user === undefined || directory.users.find(name) !== user || user.disabled) {
        throw new Problem('unauthorized', 'the name or the password is wrong');
      }
      brakes.succeeded(name, address);
      return tokenPart.createSession(name, clock.now() + SESSION_MS);
    },

    async setPassword(name, password, options = {}) {
      const { address = '', mustKnow = false, current = '', keep } = options;
      const before = directory.users.find(name)?.password;
      if (mustKnow && before !== undefined) {
        brakes.check(name, address);
        brakes.failed(name, address);
        if (!(await isPassword(current, before))) {
          throw new Problem('forbidden', 'the present password is wrong: give it as "current"');
        }
        brakes.succeeded(name, address);
      }
      await users.writePassword(name, password, keep);
    },

    async close() {
      unwatch();
      await writeUses().catch((error: unknown) => log.warn({ err: error }, 'the last use of tokens was not written'));
      directory.close();
    },
  };
}

/** How access lists name whoever asks. */
function callersOf(principal: Principal): readonly string[] {
  if (principal.callers !== undefined) return principal.callers;
  if (principal.caller !== undefined) return ['*', `function:${principal.caller}`];
  return principal.kind === 'anonymous' ? ['anonymous'] : ['*'];
}
