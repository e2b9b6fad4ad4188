import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { GRANT_PATTERN } from '../../model/grant.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import type { Vault } from '../../store/vault.ts';
import type { AccessKeys, AccessKeyView, Credential, NewAccessKey, SessionKey } from './access-keys.ts';

const PREFIX = 'access-key/';
const MAX_KEYS = 10_000;
const MAX_SESSIONS = 100_000;
const MAX_GRANTS = 100;
const MAX_LABEL_LENGTH = 256;
/** How often the last use of keys is written at most. */
const WRITE_USES_EVERY_MS = 300_000;
const GRANT = new RegExp(GRANT_PATTERN);
/** Letters and digits that are not mistaken for each other. */
const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ID_LENGTH = 16;
const SECRET_LENGTH = 40;
const TOKEN_LENGTH = 64;

interface StoredKey {
  readonly label: string;
  readonly grants: readonly string[] | 'all';
  readonly sealedSecret: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly lastUsedAtMs?: number;
}

interface AccessKeysOptions {
  readonly registry: Registry;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens the access keys over a store: the keys are held in memory, and kept fresh by the registry's watch. */
export async function openAccessKeys({ registry, vault, clock, log }: AccessKeysOptions): Promise<AccessKeys> {
  const keys = new Map<string, StoredKey>();
  const sessions = new Map<string, Credential>();
  /** Opened secrets, so that a request costs no decryption. */
  const opened = new Map<string, Credential>();
  const usedAtMs = new Map<string, number>();
  let cancelWrite: (() => void) | undefined;

  const forget = (id: string): void => {
    keys.delete(id);
    opened.delete(id);
  };
  const unwatch = registry.watch(PREFIX, (change) => {
    const id = change.key.slice(PREFIX.length);
    forget(id);
    if (change.kind === 'put') keys.set(id, change.value as StoredKey);
  });
  for (const { key, value } of await registry.list<StoredKey>(PREFIX)) {
    const id = key.slice(PREFIX.length);
    if (!keys.has(id)) keys.set(id, value);
  }

  const viewOf = (accessKeyId: string, { sealedSecret: _secret, ...shown }: StoredKey): AccessKeyView => {
    const usedMs = usedAtMs.get(accessKeyId) ?? shown.lastUsedAtMs;
    return { accessKeyId, ...shown, ...(usedMs !== undefined && { lastUsedAtMs: usedMs }) };
  };

  const open = (accessKeyId: string): Credential | undefined => {
    const stored = keys.get(accessKeyId);
    if (stored === undefined) return undefined;
    const credential: Credential = {
      accessKeyId,
      name: `the access key ${accessKeyId}`,
      secretAccessKey: vault.open(stored.sealedSecret),
      grants: stored.grants,
      ...(stored.expiresAtMs !== undefined && { expiresAtMs: stored.expiresAtMs }),
    };
    opened.set(accessKeyId, credential);
    return credential;
  };

  const writeUses = async (): Promise<void> => {
    cancelWrite?.();
    cancelWrite = undefined;
    const uses = [...usedAtMs];
    usedAtMs.clear();
    for (const [id, lastUsedAtMs] of uses) {
      const entry = await registry.get<StoredKey>(PREFIX + id);
      if (entry !== undefined) await registry.put(PREFIX + id, { ...entry.value, lastUsedAtMs }, entry.revision);
    }
  };
  const writeUsesLater = (): void => {
    cancelWrite ??= clock.after(WRITE_USES_EVERY_MS, () => {
      writeUses().catch((error: unknown) => log.warn({ err: error }, 'the last use of access keys was not written'));
    });
  };

  return {
    async create(options) {
      const { label = '', grants = 'all', expiresAtMs } = checked(options, clock.now());
      if (keys.size >= MAX_KEYS) {
        throw new Problem('invalid_request', `there are ${MAX_KEYS} access keys already; remove some first`);
      }
      const accessKeyId = `FOBK${randomText(ID_ALPHABET, ID_LENGTH)}`;
      const secretAccessKey = randomSecret(SECRET_LENGTH);
      const stored: StoredKey = {
        label,
        grants,
        sealedSecret: vault.seal(secretAccessKey),
        createdAtMs: clock.now(),
        ...(expiresAtMs !== undefined && { expiresAtMs }),
      };
      await registry.put(PREFIX + accessKeyId, stored, 0);
      // The watch may tell of it only after this call is answered.
      keys.set(accessKeyId, stored);
      return { ...viewOf(accessKeyId, stored), secretAccessKey };
    },
    async list() {
      return [...keys]
        .map(([id, stored]) => viewOf(id, stored))
        .sort((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1));
    },
    async remove(accessKeyId) {
      if (!keys.has(accessKeyId)) return false;
      const removed = await registry.delete(PREFIX + accessKeyId);
      forget(accessKeyId);
      usedAtMs.delete(accessKeyId);
      return removed;
    },
    issue({ name, grants, expiresAtMs }) {
      if (sessions.size >= MAX_SESSIONS) {
        throw new Problem('throttled', `there are ${MAX_SESSIONS} session keys already; some must be revoked first`);
      }
      const key: SessionKey = {
        accessKeyId: `FOBS${randomText(ID_ALPHABET, ID_LENGTH)}`,
        secretAccessKey: randomSecret(SECRET_LENGTH),
        sessionToken: randomSecret(TOKEN_LENGTH),
      };
      sessions.set(key.accessKeyId, {
        ...key,
        name,
        get grants() {
          return grants();
        },
        ...(expiresAtMs !== undefined && { expiresAtMs }),
      });
      return key;
    },
    revoke(accessKeyId) {
      sessions.delete(accessKeyId);
    },
    find: (accessKeyId) => sessions.get(accessKeyId) ?? opened.get(accessKeyId) ?? open(accessKeyId),
    used(accessKeyId) {
      if (!keys.has(accessKeyId)) return;
      usedAtMs.set(accessKeyId, clock.now());
      writeUsesLater();
    },
    async close() {
      await writeUses().catch((error: unknown) =>
        log.warn({ err: error }, 'the last use of access keys was not written'),
      );
      unwatch();
    },
  };
}

function checked(options: NewAccessKey, nowMs: number): NewAccessKey {
  const { label = '', grants = 'all', expiresAtMs } = options;
  if (label.length > MAX_LABEL_LENGTH) {
    throw new Problem('invalid_request', `a label has at most ${MAX_LABEL_LENGTH} characters`);
  }
  if (grants !== 'all') {
    if (grants.length > MAX_GRANTS) throw new Problem('invalid_request', `a key has at most ${MAX_GRANTS} grants`);
    const wrong = grants.find((grant) => !GRANT.test(grant));
    if (wrong !== undefined) {
      throw new Problem(
        'invalid_request',
        `"${wrong}" is no grant; write it as <kind>:<name>[:<access>], such as bucket:photos:read or queue:*`,
      );
    }
  }
  if (expiresAtMs !== undefined && !(expiresAtMs > nowMs)) {
    throw new Problem('invalid_request', 'the key would be expired already; give a time that is still to come');
  }
  return options;
}

function randomText(alphabet: string, length: number): string {
  // 32 characters divide 256, so that every one is as likely.
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** Letters and digits alone: other characters would need care in shells, URLs and configuration files. */
function randomSecret(length: number): string {
  let text = '';
  while (text.length < length) text += randomBytes(length).toString('base64').replace(/[+/=]/g, '');
  return text.slice(0, length);
}
