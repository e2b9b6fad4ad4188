import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import type { Vault } from '../../store/vault.ts';

/** What was sealed with an old key while its writer was under way is in the registry after this time. */
const SETTLE_MS = 60_000;
/** A document that changes faster than it can be sealed anew is tried so often. */
const MAX_ATTEMPTS = 100;

export interface KeyRotation {
  /** A new key seals from now on, and everything is sealed anew with it; the old keys go a minute later. Resolves when all is sealed. */
  rotate(): Promise<RotationState & { readonly resealed: number }>;
  state(): RotationState;
  close(): void;
}

interface RotationState {
  /** The key that seals. */
  readonly key: string;
  /** Keys that still open what may be sealed with them. */
  readonly oldKeys: readonly string[];
}

interface RotationOptions {
  readonly registry: Registry;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Changes the key of the vault while the node runs. Whenever it is killed, the keys that are needed are there: the new one
 * is on disk before it seals, and an old one goes only after a search found nothing that is sealed with it. What a killed node
 * left undone is finished here, before anybody else uses the store.
 */
export async function openKeyRotation(options: RotationOptions): Promise<KeyRotation> {
  const { registry, vault, clock, log } = options;
  let cancelTimer = (): void => {};
  let underWay: Promise<number> | undefined;

  const state = (): RotationState => {
    const keys = vault.keys();
    return { key: keys.at(-1)!, oldKeys: keys.slice(0, -1) };
  };

  /** Seals anew until a search finds nothing that is sealed with another key; returns how many documents were. */
  const resealAll = async (): Promise<number> => {
    let resealed = 0;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      let found = 0;
      for (const { key, value, revision } of await registry.list<unknown>('')) {
        const changed = resealedValue(value, vault);
        if (changed === value) continue;
        found++;
        try {
          await registry.put(key, changed, revision);
          resealed++;
        } catch (error) {
          // Somebody wrote it meanwhile: the next search sees what it is now.
          if (!(error instanceof Problem && error.code === 'conflict')) throw error;
        }
      }
      if (found === 0) return resealed;
    }
    throw new Problem('unavailable', 'documents change faster than they can be sealed anew: try again later');
  };

  const dropOldKeys = async (): Promise<void> => {
    const { oldKeys } = state();
    if (oldKeys.length === 0) return;
    await resealAll();
    vault.removeKeys(oldKeys);
    log.info({ keys: oldKeys }, 'nothing is sealed with the old key any more: it is removed');
  };

  const dropLater = (): void => {
    cancelTimer();
    cancelTimer = clock.after(SETTLE_MS, () => {
      dropOldKeys().catch((error: unknown) => {
        log.error({ err: error }, 'the old key could not be removed; it is tried again');
        dropLater();
      });
    });
  };

  await dropOldKeys();
  return {
    state,
    async rotate() {
      if (underWay !== undefined) throw new Problem('conflict', 'the key is being changed at this moment');
      vault.addKey();
      underWay = resealAll();
      try {
        const resealed = await underWay;
        return { ...state(), resealed };
      } finally {
        underWay = undefined;
        dropLater();
      }
    },
    close: () => cancelTimer(),
  };
}

/** The value with every sealed text in it sealed by the newest key; the same value where there is none to change. */
function resealedValue(value: unknown, vault: Vault): unknown {
  if (typeof value === 'string') {
    const keyId = vault.keyOf(value);
    const keys = vault.keys();
    if (keyId === undefined || keyId === keys.at(-1) || !keys.includes(keyId)) return value;
    return sealedAnew(value, vault);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => resealedValue(item, vault));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, resealedValue(item, vault)] as const);
  return entries.some(([name, item]) => item !== (value as Record<string, unknown>)[name])
    ? Object.fromEntries(entries)
    : value;
}

/** What looks sealed and does not open is not the vault's: it stays. */
function sealedAnew(text: string, vault: Vault): string {
  let plain: string;
  try {
    plain = vault.open(text);
  } catch {
    return text;
  }
  return vault.seal(plain);
}
