import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Problem } from '../../model/problem.ts';
import type { Vault } from '../vault.ts';
import { newKey, readOrMakeKeys, type VaultKey, writeKeys } from './vault-keys.ts';

const FORMAT = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([0-9a-f]{8})\.[A-Za-z0-9_-]{38,}$/;

/**
 * Opens the vault of a data folder, whose keys are in the file `path`; that is made where it is missing.
 *
 * A sealed text is `v1.<key id>.<base64url>`, of a random nonce, the text as AES-256-GCM has it, and its tag, which covers
 * what stands before the last dot, too. Throws `data_folder_unusable` where the file cannot be read or is damaged.
 */
export function openVault(path: string): Vault {
  let keys = readOrMakeKeys(path);
  const replace = (next: VaultKey[]): void => {
    writeKeys(path, next);
    keys = next;
  };
  return {
    seal: (plain) => seal(plain, keys.at(-1)!),
    keys: () => keys.map(({ id }) => id),
    keyOf: (text) => SEALED.exec(text)?.[1],

    addKey() {
      const key = newKey(keys);
      replace([...keys, key]);
      return key.id;
    },

    removeKeys(ids) {
      const kept = keys.filter(({ id }, at) => at === keys.length - 1 || !ids.includes(id));
      if (kept.length < keys.length) replace(kept);
    },

    open(sealed) {
      const [format, id, content, ...rest] = sealed.split('.');
      if (format !== FORMAT || id === undefined || content === undefined || rest.length > 0) {
        throw new Problem('internal', 'this is no sealed secret; set the secret again');
      }
      const key = keys.find((each) => each.id === id);
      if (!key) {
        throw new Problem(
          'internal',
          `a secret was sealed with the key '${id}', which 'secret.key' in the data folder does not have; put the file of the node that sealed it there and start again, or set the secret again`,
        );
      }
      return unseal(Buffer.from(content, 'base64url'), key);
    },
  };
}

function seal(plain: string, { id, secret }: VaultKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(headOf(id));
  const parts = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return `${FORMAT}.${id}.${Buffer.concat(parts).toString('base64url')}`;
}

function unseal(content: Buffer, { id, secret }: VaultKey): string {
  try {
    const decipher = createDecipheriv(CIPHER, secret, content.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(headOf(id));
    decipher.setAuthTag(content.subarray(-TAG_BYTES));
    const plain = decipher.update(content.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch (error) {
    throw new Problem('internal', 'a sealed secret was changed and cannot be opened; set the secret again', {
      cause: error,
    });
  }
}

function headOf(keyId: string): Buffer {
  return Buffer.from(`${FORMAT}.${keyId}`);
}
