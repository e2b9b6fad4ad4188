import { Button, Group, Text } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
import classes from './code.module.css';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './draft.ts';

interface ConflictProps {
  readonly view: FunctionView;
  readonly draft: Draft;
  readonly onRebase: () => void;
  readonly onDiscard: () => void;
}

/** Somebody else made a version since the draft began: what they changed, what the draft changes, and the two ways on. */
export function Conflict({ view, draft, onRebase, onDiscard }: ConflictProps) {
  const { name, version, updatedAt, origin } = view;
  const query = useApi(
    '/v1/functions/{name}/diff',
    { path: { name }, query: { from: draft.version, to: version } },
    { enabled: draft.version !== version },
  );
  const mine = Object.keys(draft.files);
  /** Nobody wrote the version that serves just now: it is an older one, to which somebody went back. */
  const isBack = version < draft.version;
  return (
    <Panel
      title={
        <Group gap={8} component="span">
          <IconGitMerge size={18} aria-hidden />
          {isBack
            ? `Version ${version} serves again: it was rolled back while you were editing`
            : `${origin?.by ?? 'Somebody'} made version ${version} while you were editing`}
        </Group>
      }
    >
      <div role="alert">
        <Text size="sm">
          Your draft began from version {draft.version}. Version {version} is from <Time at={updatedAt} ago />
          {origin?.message !== undefined && <> and says “{visible(origin.message)}”</>}. You changed {mine.join(', ')}.
        </Text>
      </div>
      {draft.version !== version && (
        <QueryView query={query} what="What they changed" rows={3}>
          {({ config, files }) => (
            <>
              <Text size="sm" mt="xs">
                They changed{' '}
                {[...config.map(({ setting }) => setting), ...files.map(({ path }) => path)].join(', ') || 'nothing'}.
              </Text>
              {files
                .filter(({ path }) => mine.includes(path))
                .map(({ path, diff }) => (
                  <div key={path} className={classes.both}>
                    <Text size="sm" fw={600}>
                      Both of you changed <code>{path}</code>; this is what they did:
                    </Text>
                    {diff !== undefined && <DiffView diff={diff} label={`What they changed in ${path}`} />}
                  </div>
                ))}
            </>
          )}
        </QueryView>
      )}
      <Group gap="xs" mt="sm">
        <Button variant="default" onClick={onDiscard}>
          Take theirs, and throw the draft away
        </Button>
        <Button onClick={onRebase}>Lay my draft upon version {version}</Button>
      </Group>
      <Text size="xs" c="dimmed" mt={6}>
        Files that you changed are then as you wrote them; all others are as theirs. Nothing is deployed yet.
      </Text>
    </Panel>
  );
}
