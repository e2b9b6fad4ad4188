import { messageOf, Problem } from '../../model/problem.ts';

/** One entry of an archive, as the archive has it: nothing of it is checked yet. */
export interface ArchiveEntry {
  readonly path: string;
  /** `other` is a hard link, a device, a FIFO, …; `kindName` says which, for messages. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly kindName: string;
  readonly executable: boolean;
  /** Where a symbolic link leads; empty for everything else. */
  readonly target: string;
  /** A file's bytes; to be read before the next entry is asked for, or not at all. */
  content(): AsyncIterable<Buffer>;
}

export type ArchiveForm = 'zip' | 'tar.gz';

/** What went wrong inside an archive's reader as the caller's problem; a `Problem` passes through. */
export function damagedArchive(form: ArchiveForm, error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('invalid_function', `the ${form} archive cannot be read: ${messageOf(error).slice(0, 300)}`, {
    cause: error,
  });
}
