import { Button, Group, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFilePlus, IconRocket } from '@tabler/icons-react';
import { useState } from 'react';
import type { DeployProgress } from '../../../api/deployment.ts';
import { renew, useApi, useChange } from '../../../api/hooks.ts';
import { useMay } from '../../../api/may.ts';
import { ApiProblem, messageOf } from '../../../api/problem.ts';
import { usePerson } from '../../../api/session.ts';
import type { FunctionView } from '../../../api/things.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useEventCompletion } from '../../../ui/event-completion.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { BuildLog } from './build-log.tsx';
import classes from './code.module.css';
import { Conflict } from './conflict.tsx';
import { deployDraft } from './deploy.ts';
import { holdDraft, useDraft } from './draft.ts';
import { useEventSample } from './event-sample.ts';
import { FileTree, type TreeFile } from './file-tree.tsx';
import { FileView } from './file-view.tsx';
import { NewFile } from './new-file.tsx';

interface WorkbenchProps {
  readonly view: FunctionView;
  readonly version: number;
  readonly file: string;
  readonly onFile: (path: string) => void;
}

/** Files beside an editor. The version that serves is edited as a draft, which is deployed as a whole; others are looked at. */
export function Workbench({ view, version, file, onFile }: WorkbenchProps) {
  const { name } = view;
  const may = useMay('function:deploy', `function:${name}`);
  const isEdited = version === view.version && may.allowed === true;
  const own = `${usePerson()} ${view.id}`;
  const { draft, files: edits, latest, edit, discard, rebase } = useDraft(own, view.version, view.revision);
  const base = isEdited ? (draft?.version ?? view.version) : version;
  const listed = useApi('/v1/functions/{name}/files', { path: { name: `${name}:${base}` } }, { staleTime: Infinity });
  const sample = useEventSample(view);
  const completion = useEventCompletion(sample);
  const [message, setMessage] = useState('');
  const [steps, setSteps] = useState<readonly DeployProgress[]>([]);
  const [isAdding, setAdding] = useState(false);
  const deploying = useChange(async () => {
    const sent = latest()!;
    // It ends as a draft also where one looks at something else meanwhile.
    const letGo = holdDraft(own, () => {});
    setSteps([]);
    try {
      const say = (step: DeployProgress) => setSteps((before) => [...before, step]);
      const made = await deployDraft(name, sent, message.trim(), say).finally(() =>
        renew('/v1/functions', '/v1/audit'),
      );
      // What was written while it was being built is upon what was made of the rest.
      if (latest() === sent) discard();
      else rebase(made.version, made.revision);
      setMessage('');
      notifications.show({ message: `Version ${made.version} of ${name} serves now`, color: 'lagoon' });
    } finally {
      letGo();
    }
  });
  const changes = isEdited ? Object.keys(edits).length : 0;
  const isConflict = deploying.error instanceof ApiProblem && deploying.error.status === 412;
  const isBehind = isEdited && draft !== undefined && draft.revision !== view.revision;

  const deploy = () => {
    if (latest() !== undefined && !deploying.isPending) deploying.mutate(undefined);
  };

  return (
    <>
      {isBehind && !deploying.isPending && (
        <Conflict
          view={view}
          draft={draft}
          onRebase={() => {
            rebase(view.version, view.revision);
            deploying.reset();
          }}
          onDiscard={() => {
            discard();
            deploying.reset();
          }}
        />
      )}
      <Panel
        flush
        title={version !== view.version ? `Version ${version}` : changes === 0 ? 'As it serves' : 'Your draft'}
        aside={
          isEdited ? (
            <DraftBadge changes={changes} isDeploying={deploying.isPending} />
          ) : (
            <Text size="sm" c="dimmed">
              {version === view.version ? may.reason : 'To edit, choose the version that serves'}
            </Text>
          )
        }
      >
        <QueryView query={listed} what="The code" rows={8}>
          {({ files, cut }) => {
            const shown = shownFiles(
              files.map(({ path }) => path),
              isEdited ? edits : {},
            );
            const current = shown.some(({ path }) => path === file) ? file : mainOf(shown, view);
            const found = files.find(({ path }) => path === current);
            return (
              <div className={classes.bench}>
                <div className={classes.side}>
                  <FileTree
                    files={shown}
                    current={current}
                    onOpen={onFile}
                    onRemove={isEdited && shown.length > 1 ? (path) => edit(path, null) : undefined}
                    onRestore={isEdited ? (path) => edit(path, undefined) : undefined}
                  />
                  {cut && <Text size="xs">There are more files than are listed.</Text>}
                  {isEdited && (
                    <Button
                      variant="subtle"
                      size="xs"
                      leftSection={<IconFilePlus size={14} aria-hidden />}
                      onClick={() => setAdding(true)}
                    >
                      New file
                    </Button>
                  )}
                </div>
                <FileView
                  key={current}
                  name={name}
                  version={base}
                  path={current}
                  isNew={found === undefined}
                  isText={found?.text ?? true}
                  bytes={found?.bytes ?? 0}
                  edited={isEdited ? edits[current] : undefined}
                  completion={completion}
                  {...(isEdited && { onEdit: (text: string | undefined) => edit(current, text), onSave: deploy })}
                />
                <NewFile
                  opened={isAdding}
                  taken={shown.map(({ path }) => path)}
                  onClose={() => setAdding(false)}
                  onMake={(path) => {
                    edit(path, '');
                    onFile(path);
                  }}
                />
              </div>
            );
          }}
        </QueryView>
        {changes > 0 && (
          <form
            className={classes.deploy}
            onSubmit={(event) => {
              event.preventDefault();
              deploy();
            }}
          >
            <TextInput
              className={classes.message ?? ''}
              aria-label="What changes"
              placeholder="What changes, for those who look at the versions later"
              value={message}
              maxLength={1_000}
              onChange={(event) => setMessage(event.currentTarget.value)}
            />
            <CommandLine
              words={['deploy', '.', '--name', name, ...(message.trim() === '' ? [] : ['--message', message.trim()])]}
            />
            <Group gap="xs">
              <Button variant="default" onClick={discard} disabled={deploying.isPending}>
                Throw the draft away
              </Button>
              <Button
                type="submit"
                loading={deploying.isPending}
                disabled={isBehind}
                leftSection={<IconRocket size={16} aria-hidden />}
              >
                Deploy
              </Button>
            </Group>
          </form>
        )}
        {!isConflict && <BuildLog steps={steps} pending={deploying.isPending} error={deploying.error} />}
        {isConflict && !isBehind && (
          <Text size="sm" p="sm" role="alert">
            {messageOf(deploying.error)}
          </Text>
        )}
      </Panel>
    </>
  );
}

/** How the draft stands: above the editor, since the button that deploys it may be out of sight below. */
function DraftBadge({ changes, isDeploying }: { changes: number; isDeploying: boolean }) {
  if (isDeploying) return <StatusBadge tone="busy">being deployed</StatusBadge>;
  return (
    <StatusBadge tone={changes === 0 ? 'good' : 'notice'}>
      {changes === 0 ? 'nothing changed' : `${changes} ${changes === 1 ? 'file' : 'files'} changed`}
    </StatusBadge>
  );
}

function shownFiles(paths: readonly string[], edits: Readonly<Record<string, string | null>>): TreeFile[] {
  const known = new Set(paths);
  const stateOf = (path: string): TreeFile['state'] => {
    const text = edits[path];
    if (text === undefined) return undefined;
    if (text === null) return 'removed';
    return known.has(path) ? 'changed' : 'added';
  };
  return [...new Set([...paths, ...Object.keys(edits)])].map((path) => ({ path, state: stateOf(path) }));
}

/** The file that the handler is in, else the first one. */
function mainOf(files: readonly TreeFile[], { config }: FunctionView): string {
  const main = config.handler.slice(0, config.handler.lastIndexOf('.'));
  return (files.find(({ path }) => path.replace(/\.[^./]+$/, '') === main) ?? files[0])?.path ?? '';
}
