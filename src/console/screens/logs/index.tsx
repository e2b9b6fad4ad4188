import { MultiSelect, SegmentedControl } from '@mantine/core';
import { useFunctions } from '../../api/functions.ts';
import { useAddress } from '../../ui/address.ts';
import { Page } from '../../ui/page.tsx';
import classes from './log-view.module.css';
import { LogView } from './log-view.tsx';
import { Streams } from './streams.tsx';

/** The logs of all functions, or of some. */
export default function Logs() {
  const [search, setSearch] = useAddress();
  const isStreams = search.get('view') === 'streams';
  return (
    <Page
      title="Logs"
      lead="What functions print, as they print it"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="What is shown"
          data={[
            { value: 'lines', label: 'Lines' },
            { value: 'streams', label: 'Streams' },
          ]}
          value={isStreams ? 'streams' : 'lines'}
          onChange={(view) =>
            setSearch((before) => {
              const after = new URLSearchParams(before);
              if (view === 'streams') after.set('view', view);
              else after.delete('view');
              return after;
            })
          }
        />
      }
    >
      {isStreams ? (
        <Streams />
      ) : (
        <LogView>
          {({ filters, change }) => (
            <FunctionFilter chosen={filters.functions} onChosen={(functions) => change({ functions })} />
          )}
        </LogView>
      )}
    </Page>
  );
}

interface FunctionFilterProps {
  readonly chosen: readonly string[];
  readonly onChosen: (functions: readonly string[]) => void;
}

function FunctionFilter({ chosen, onChosen }: FunctionFilterProps) {
  const functions = useFunctions();
  const names = new Set([...(functions.data ?? []).map(({ name }) => name), ...chosen]);
  return (
    <MultiSelect
      size="xs"
      className={classes.functions ?? ''}
      aria-label="Functions"
      placeholder={chosen.length === 0 ? 'All functions' : ''}
      data={[...names]}
      value={[...chosen]}
      onChange={onChosen}
      limit={60}
      maxValues={50}
      searchable
      clearable
      nothingFoundMessage="No function is called like that"
    />
  );
}
