import { Alert, Code } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { keyOf } from '../../api/hooks.ts';
import { useCreation } from './context.tsx';
import { planOf, type Task, titleOfTask } from './plan.ts';

/** What one may not make of a plan, said before it is tried. Whose functions and roles are is known only when they are made. */
export function MissingPermissions() {
  const creation = useCreation();
  const asked = planOf(creation).flatMap((task) => {
    const needed = neededFor(task, creation.draft.parts.functions[0]!.name);
    return needed === undefined ? [] : [{ task, ...needed }];
  });
  const answers = useQueries({
    queries: asked.map(({ action, resource }) => ({
      queryKey: keyOf('/v1/can', { query: { action, resource } }),
      queryFn: () => api.get('/v1/can', { query: { action, resource } }),
      retry: false,
    })),
  });
  const missing = asked.filter((_, at) => answers[at]?.data?.allowed === false);
  return missing.map(({ task, action, resource }, at) => {
    const why = answers[asked.findIndex((each) => each.task === task)]?.data?.needed;
    return (
      <Alert
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no name of their own
        key={at}
        variant="light"
        color="yellow"
        icon={<IconLock size={18} aria-hidden />}
        title={`You may not make this: ${titleOfTask(task, creation.draft).replace(/^The /, 'the ')}`}
      >
        It needs <Code>{action}</Code> for <Code>{resource}</Code>. {typeof why === 'string' && `${why}. `}
        Ask who administers the node, or choose another name: what begins with your name, or your team’s, is yours.
      </Alert>
    );
  });
}

function neededFor(task: Task, name: string): { action: string; resource: string } | undefined {
  if (task.kind === 'source') {
    const { kind, name: of } = task.source;
    return { action: `${kind}:manage`, resource: `${kind}:${of}` };
  }
  if (task.kind === 'repository') return { action: 'repository:write', resource: `repository:${name}` };
  return undefined;
}
