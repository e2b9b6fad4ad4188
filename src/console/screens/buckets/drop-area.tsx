import '@mantine/dropzone/styles.css';
import { Dropzone } from '@mantine/dropzone';
import type { ReactNode } from 'react';
import classes from './buckets.module.css';

interface DropAreaProps {
  readonly onFiles: (files: File[]) => void;
  /** Where they will be put. */
  readonly place: string;
  readonly children: ReactNode;
}

/** Takes files and folders that are dropped anywhere on what it surrounds. */
export default function DropArea({ onFiles, place, children }: DropAreaProps) {
  return (
    <Dropzone
      className={classes.drop ?? ''}
      classNames={{ inner: classes.dropInner ?? '' }}
      onDrop={onFiles}
      activateOnClick={false}
      activateOnKeyboard={false}
      enablePointerEvents
      tabIndex={-1}
      // Files are chosen by the screen's own button: this one would be a second, without a name.
      inputProps={{ hidden: true }}
    >
      {children}
      <Dropzone.Accept>
        <div className={classes.over}>Drop to upload to {place}</div>
      </Dropzone.Accept>
    </Dropzone>
  );
}
