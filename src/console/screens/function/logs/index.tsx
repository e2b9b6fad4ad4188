import { SegmentedControl } from '@mantine/core';
import { useWords } from '../../../ui/words.ts';
import { LogView } from '../../logs/log-view.tsx';
import { Streams } from '../../logs/streams.tsx';
import type { FunctionTabProps } from '../tab-props.ts';

/** What the function prints, as it prints it. */
export default function Logs({ view: { name } }: FunctionTabProps) {
  const [{ view }, change] = useWords(['view']);
  const isStreams = view === 'streams';
  return (
    <>
      <SegmentedControl
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        aria-label="What is shown"
        data={[
          { value: 'lines', label: 'Lines' },
          { value: 'streams', label: 'Streams' },
        ]}
        value={isStreams ? 'streams' : 'lines'}
        onChange={(next) => change({ view: next === 'streams' ? next : '' }, true)}
      />
      {isStreams ? <Streams function={name} /> : <LogView scope={{ function: name }} height={HEIGHT} />}
    </>
  );
}

const HEIGHT = 'max(20rem, calc(100vh - 28rem))';
