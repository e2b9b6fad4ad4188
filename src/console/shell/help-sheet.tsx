import { Kbd, Modal, Table } from '@mantine/core';
import { SCREENS } from '../routes.tsx';

interface HelpSheetProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const GENERAL: readonly [keys: readonly string[], what: string][] = [
  [['Ctrl', 'K'], 'Find a function, a screen or an action'],
  [['/'], 'The same'],
  [['s'], 'Search in a log'],
  [['?'], 'This sheet'],
  [['Esc'], 'Close what is open'],
  [['↑', '↓'], 'Move in a table; Enter opens'],
  [['←', '→'], 'Move in a chart; + and - zoom'],
];

/** Every shortcut that there is. */
export function HelpSheet({ opened, onClose }: HelpSheetProps) {
  const going = SCREENS.flatMap(({ key, title }): [readonly string[], string][] =>
    key === undefined ? [] : [[['g', key], `Go to ${title}`]],
  );
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {[...GENERAL, ...going].map(([keys, what]) => (
            <Table.Tr key={what + keys.join()}>
              <Table.Td w={110}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
