import { ActionIcon, Tooltip } from '@mantine/core';
import { IconFile, IconFolder, IconFolderOpen, IconRotate, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { visible } from '../../../ui/visible.ts';
import classes from './code.module.css';

/** A file as the tree shows it. */
export interface TreeFile {
  readonly path: string;
  readonly state?: 'added' | 'changed' | 'removed' | undefined;
}

interface FileTreeProps {
  readonly files: readonly TreeFile[];
  readonly current: string;
  readonly onOpen: (path: string) => void;
  /** Absent where the version is only looked at. */
  readonly onRemove?: ((path: string) => void) | undefined;
  readonly onRestore?: ((path: string) => void) | undefined;
}

const STATES = { added: 'new', changed: 'changed', removed: 'removed' };

/** Files in their folders. A folder opens and closes; what the draft did to a file stands beside it. */
export function FileTree({ files, current, onOpen, onRemove, onRestore }: FileTreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = rowsOf(files, closed);
  const toggle = (folder: string) => {
    const next = new Set(closed);
    if (!next.delete(folder)) next.add(folder);
    setClosed(next);
  };
  return (
    <ul className={classes.tree} aria-label="Files">
      {rows.map(({ path, name, depth, file }) => (
        <li key={path} style={{ paddingInlineStart: `${depth * 0.875}rem` }}>
          {file === undefined ? (
            <button
              type="button"
              className={classes.file}
              aria-expanded={!closed.has(path)}
              onClick={() => toggle(path)}
            >
              {closed.has(path) ? <IconFolder size={15} aria-hidden /> : <IconFolderOpen size={15} aria-hidden />}
              <span className={classes.fileName}>{visible(name)}</span>
            </button>
          ) : (
            <>
              <button
                type="button"
                className={classes.file}
                aria-current={path === current || undefined}
                data-state={file.state}
                onClick={() => onOpen(path)}
              >
                <IconFile size={15} stroke={1.6} aria-hidden />
                <span className={classes.fileName}>{visible(name)}</span>
                {file.state !== undefined && <span className={classes.state}>{STATES[file.state]}</span>}
              </button>
              {file.state === undefined
                ? onRemove && (
                    <Tooltip label="Remove">
                      <ActionIcon size="sm" aria-label={`Remove ${path}`} onClick={() => onRemove(path)}>
                        <IconTrash size={14} stroke={1.6} />
                      </ActionIcon>
                    </Tooltip>
                  )
                : onRestore && (
                    <Tooltip label="As it was">
                      <ActionIcon size="sm" aria-label={`Leave ${path} as it was`} onClick={() => onRestore(path)}>
                        <IconRotate size={14} stroke={1.6} />
                      </ActionIcon>
                    </Tooltip>
                  )}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

interface TreeRow {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly file?: TreeFile;
}

function rowsOf(files: readonly TreeFile[], closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  for (const file of [...files].sort(byFolder)) {
    const parts = file.path.split('/');
    let isHidden = false;
    for (let depth = 0; depth < parts.length - 1; depth++) {
      const path = parts.slice(0, depth + 1).join('/');
      if (!isHidden && !seen.has(path)) rows.push({ path, name: parts[depth]!, depth });
      seen.add(path);
      isHidden ||= closed.has(path);
    }
    if (!isHidden) rows.push({ path: file.path, name: parts.at(-1)!, depth: parts.length - 1, file });
  }
  return rows;
}

/** Folders before files, at every depth. */
function byFolder(one: TreeFile, other: TreeFile): number {
  const [a, b] = [one.path.split('/'), other.path.split('/')];
  for (let at = 0; ; at++) {
    const [isLastA, isLastB] = [at === a.length - 1, at === b.length - 1];
    if (isLastA !== isLastB) return isLastA ? 1 : -1;
    if (a[at] !== b[at] || isLastA) return a[at]! < b[at]! ? -1 : 1;
  }
}
