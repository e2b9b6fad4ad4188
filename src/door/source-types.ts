import type { CodeInfo } from '../model/function.ts';

/** Media types of uploaded code, by its form. */
export const SOURCE_TYPES: Readonly<Record<CodeInfo['form'], string>> = {
  inline: 'text/plain; charset=UTF-8',
  zip: 'application/zip',
  'tar.gz': 'application/gzip',
};
