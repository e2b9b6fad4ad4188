import type { Extension } from '@codemirror/state';
import { Text } from '@mantine/core';
import { IconFileOff, IconTrash } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { CodeEditor } from '../../../ui/code-editor.tsx';
import { languageOf, tidyWords } from '../../../ui/code-language.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { formatBytes } from '../../../ui/format.ts';
import { Loading } from '../../../ui/loading.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import classes from './code.module.css';
import { DownloadCode } from './download-code.tsx';

/** What the node gives as a text. */
const MAX_TEXT_BYTES = 262_144;

interface FileViewProps {
  readonly name: string;
  readonly version: number;
  readonly path: string;
  /** The version does not have it: it is of the draft alone. */
  readonly isNew: boolean;
  readonly isText: boolean;
  readonly bytes: number;
  /** What the draft made of it; `null` where it removed it. */
  readonly edited: string | null | undefined;
  /** Absent where it is only looked at. Called with `undefined` for a text that is as it was. */
  readonly onEdit?: (text: string | undefined) => void;
  readonly onSave?: () => void;
  /** Completion of what the event holds; `undefined` until it is loaded. */
  readonly completion: readonly Extension[] | undefined;
}

/** One file in an editor. */
export function FileView({
  name,
  version,
  path,
  isNew,
  isText,
  bytes,
  edited,
  onEdit,
  onSave,
  completion,
}: FileViewProps) {
  const file = useApi(
    '/v1/functions/{name}/files/{*}',
    { path: { name: `${name}:${version}`, '*': path } },
    { enabled: !isNew && isText && path !== '', staleTime: Infinity },
  );
  if (edited === null) {
    return (
      <div className={classes.main}>
        <EmptyState icon={IconTrash} title={`${path} is removed`}>
          It is gone with the next deployment. The arrow beside its name brings it back.
        </EmptyState>
      </div>
    );
  }
  if (!isText) {
    return (
      <div className={classes.main}>
        <EmptyState
          icon={IconFileOff}
          title={bytes > MAX_TEXT_BYTES ? `${path} is too long to be edited here` : `${path} is no text`}
          action={
            <DownloadCode name={name} version={version}>
              Download all the code
            </DownloadCode>
          }
        >
          It has {formatBytes(bytes)}
          {bytes > MAX_TEXT_BYTES && `; the editor takes ${formatBytes(MAX_TEXT_BYTES)}`}. Change it on your machine,
          and deploy the folder from there.
        </EmptyState>
      </div>
    );
  }
  const editor = (text: string) =>
    completion === undefined ? (
      <Loading rows={8} />
    ) : (
      <CodeEditor
        label={path}
        value={edited ?? text}
        language={languageOf(path)}
        minHeight="24rem"
        maxHeight="64vh"
        readOnly={onEdit === undefined}
        {...(onEdit && { onChange: (next: string) => onEdit(next === text && !isNew ? undefined : next) })}
        extensions={completion}
        {...(onSave && { onSave, format: true })}
      />
    );
  return (
    <div className={classes.main}>
      <div className={classes.path}>
        <code>{path}</code>
        <Text size="xs" c="dimmed">
          {onEdit === undefined ? 'read only' : `Ctrl S ${tidyWords(languageOf(path))}, and deploys`}
        </Text>
      </div>
      {isNew ? (
        editor('')
      ) : (
        <QueryView query={file} what={path} rows={8}>
          {(text) => editor(String(text))}
        </QueryView>
      )}
    </div>
  );
}
