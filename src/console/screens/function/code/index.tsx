import { Group, SegmentedControl, Select, Text } from '@mantine/core';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useWords } from '../../../ui/words.ts';
import type { FunctionTabProps } from '../tab-props.ts';
import classes from './code.module.css';
import { Compare } from './compare.tsx';
import { DownloadCode } from './download-code.tsx';
import { Versions } from './versions.tsx';
import { Workbench } from './workbench.tsx';

/** The code as files: to read, to edit and deploy, in every version; and what versions differ in. */
export default function Code({ view }: FunctionTabProps) {
  const { name } = view;
  const [words, setWords] = useWords(['show', 'version', 'from', 'to', 'file']);
  const versions = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 200 } });
  const show = words.show === 'versions' || words.show === 'compare' ? words.show : 'files';
  const version = Number(words.version) || view.version;
  const known = versions.data?.versions ?? [];
  const choices = known.map((each) => ({
    value: String(each.version),
    label: `Version ${each.version}${each.serves ? ', serves' : ''}`,
  }));
  const target = version === view.version ? name : `${name}:${version}`;
  // An archive is not written to a terminal.
  const { form } = (known.find((each) => each.version === version) ?? view).code;
  const to = Number(words.to) || view.version;
  const from = Number(words.from) || (known.find((each) => each.version < to)?.version ?? to);
  return (
    <>
      <Group justify="space-between" gap="sm">
        <SegmentedControl
          aria-label="What is shown"
          value={show}
          onChange={(next) => setWords({ show: next === 'files' ? '' : next }, true)}
          data={[
            { value: 'files', label: 'Files' },
            { value: 'versions', label: 'Versions' },
            { value: 'compare', label: 'Compare' },
          ]}
        />
        {show === 'files' && (
          <Group gap="xs">
            <Select
              aria-label="Version"
              data={choices}
              value={String(version)}
              onChange={(next) => setWords({ version: next === String(view.version) ? '' : (next ?? ''), file: '' })}
              allowDeselect={false}
              w={190}
              maxDropdownHeight={320}
            />
            <DownloadCode name={name} version={version}>
              Download
            </DownloadCode>
          </Group>
        )}
        {show === 'compare' && (
          <Group gap="xs" className={classes.pair ?? ''}>
            <Select
              aria-label="From version"
              data={choices}
              value={String(from)}
              onChange={(next) => setWords({ from: next ?? '' })}
              allowDeselect={false}
              w={170}
            />
            <Text size="sm" c="dimmed">
              and
            </Text>
            <Select
              aria-label="To version"
              data={choices}
              value={String(to)}
              onChange={(next) => setWords({ to: next ?? '' })}
              allowDeselect={false}
              w={170}
            />
          </Group>
        )}
      </Group>
      {show === 'files' && (
        <>
          <Workbench
            key={version === view.version ? 'draft' : version}
            view={view}
            version={version}
            file={words.file}
            onFile={(file) => setWords({ file })}
          />
          <CommandLine words={['code', target, ...(form === 'inline' ? [] : ['-o', `${name}.${form}`])]} />
        </>
      )}
      {show === 'versions' && (
        <Versions
          view={view}
          query={versions}
          onCompare={(one, other) => setWords({ show: 'compare', from: String(one), to: String(other) }, true)}
          onOpen={(each) => setWords({ show: '', version: each === view.version ? '' : String(each), file: '' }, true)}
        />
      )}
      {show === 'compare' && <Compare name={name} from={from} to={to} />}
    </>
  );
}
