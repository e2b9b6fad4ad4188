import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { Facts } from '../../../ui/facts.tsx';
import { formatDuration } from '../../../ui/format.ts';
import { Panel } from '../../../ui/panel.tsx';
import { Bytes, Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
import { functionPath } from '../paths.ts';

/** Who owns it, what it runs in, what it costs at rest, and where its code is from. */
export function KeyFacts({ view }: { readonly view: FunctionView }) {
  const { name, config, code, origin, createdAt, updatedAt } = view;
  const { data } = useApi('/v1/sandboxes');
  const own = (data?.sandboxes as { function?: string }[] | undefined)?.filter((each) => each.function === name).length;
  const git = origin?.git;
  return (
    <Panel
      title="About it"
      aside={
        <Anchor component={Link} to={functionPath(name, 'configuration')} size="sm">
          Configuration
        </Anchor>
      }
    >
      <Facts
        facts={[
          ['Owner', config.owner || 'nobody: say who is on call for it'],
          ['Runtime', config.runtime],
          ['Handler', <Handler key="handler" handler={config.handler} />],
          ['Memory', `${config.memoryMb} MB`],
          ['Timeout', formatDuration(config.timeoutMs)],
          ['Sandboxes now', own === undefined ? undefined : String(own)],
          ['Network', config.network],
          [
            'Code',
            <span key="code">
              {code.form}, {code.files} {code.files === 1 ? 'file' : 'files'}, <Bytes bytes={code.builtBytes} />
            </span>,
          ],
          ['Created', <Time key="created" at={createdAt} ago />],
          ['Changed', <Time key="changed" at={updatedAt} ago />],
          ['By', origin?.by],
          ['Message', origin?.message && visible(origin.message)],
          [
            'Commit',
            git && (
              <span key="git">
                <code>{git.commit.slice(0, 10)}</code> {git.branch ?? git.tag ?? ''}
                {!git.clean && ', with changes that were not committed'}
              </span>
            ),
          ],
          ['Repository', git?.repository],
          [
            'Tags',
            visible(
              Object.entries(config.tags)
                .map(([key, value]) => `${key}=${value}`)
                .join(', '),
            ),
          ],
        ]}
      />
    </Panel>
  );
}

/** Goes on in the next line at what the file exports rather than within a word. */
function Handler({ handler }: { readonly handler: string }) {
  const exported = handler.lastIndexOf('.') + 1;
  return (
    <code>
      {handler.slice(0, exported)}
      <wbr />
      {handler.slice(exported)}
    </code>
  );
}
