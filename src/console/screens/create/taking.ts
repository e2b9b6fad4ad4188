import type { FileWithPath } from '@mantine/dropzone';
import { useState } from 'react';
import { messageOf } from '../../api/problem.ts';
import { begun } from './begun.ts';
import { useCreation } from './context.tsx';
import { taken } from './upload.ts';

/** Makes files that were dropped or chosen the function's code, whatever it was to come from before; `fault` says why not. */
export function useTaking() {
  const {
    draft: { start },
    update,
  } = useCreation();
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const take = async (files: readonly File[]) => {
    setBusy(true);
    setFault('');
    try {
      const dropped = files.map((file) => ({ path: pathOf(file), file }));
      const put = await taken(dropped);
      // Upon what was written while they were read; whoever has begun otherwise meanwhile does not want them any more.
      update((before) => (before.start === start || before.start === 'upload' ? put(begun(before, 'upload')) : before));
    } catch (error) {
      setFault(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { take, busy, fault };
}

/** Where a file lies below what was dropped. */
function pathOf(file: File & Partial<FileWithPath>): string {
  return file.webkitRelativePath || file.path || file.name;
}
