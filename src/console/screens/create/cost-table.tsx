import { NumberInput, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useNode } from '../../api/session.ts';
import { formatCount, formatDuration, formatMb, formatShare } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import classes from './create.module.css';

const DAYS_A_MONTH = 30.4;
const SECONDS_A_DAY = 86_400;
/** List prices of AWS Lambda for x86 in US East, in US dollars, without what is free each month. */
const CLOUD = { perMillionCalls: 0.2, perGbSecond: 0.000_016_666_7 };

interface CostTableProps {
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

/** What a function of this size costs when it is called so often: of this machine, and what a cloud would ask for it. */
export function CostTable({ memoryMb, timeoutMs }: CostTableProps) {
  const [calls, setCalls] = useState(10_000);
  const [ms, setMs] = useState(200);
  const { data: node } = useNode();
  const budgetMb = Number((node?.load as Record<string, unknown> | undefined)?.memoryBudgetMb ?? 0);
  const busySeconds = (calls * Math.min(ms, timeoutMs)) / 1_000;
  const gbSeconds = busySeconds * (memoryMb / 1_024) * DAYS_A_MONTH;
  const atOnce = busySeconds / SECONDS_A_DAY;
  const dollars = gbSeconds * CLOUD.perGbSecond + ((calls * DAYS_A_MONTH) / 1_000_000) * CLOUD.perMillionCalls;
  const rows: [string, string, string][] = [
    ['Used in a month', `${formatCount(gbSeconds)} GB·s`, 'memory × time, which quotas count'],
    ...(budgetMb > 0
      ? ([
          [
            'Of this node, on average',
            share((atOnce * memoryMb) / budgetMb),
            `of the ${formatMb(budgetMb)} that it has for functions`,
          ],
          [
            'At once, at most',
            formatCount(Math.floor(budgetMb / memoryMb)),
            'invocations of this size fit on this node',
          ],
        ] as [string, string, string][])
      : []),
    ['Price here', 'none', 'the machine is yours'],
    ['A cloud would ask', money(dollars), 'a month, at AWS Lambda’s list price'],
  ];
  return (
    <Panel title="What it costs">
      <div className={classes.fields}>
        <NumberInput
          label="Invocations a day"
          value={calls}
          onChange={(value) => setCalls(Number(value))}
          min={0}
          max={10_000_000_000}
          step={1_000}
          thousandSeparator=","
        />
        <NumberInput
          label="Time of an invocation"
          description={ms > timeoutMs ? `Not more than its limit, ${formatDuration(timeoutMs)}` : undefined}
          value={ms}
          onChange={(value) => setMs(Number(value))}
          min={1}
          max={900_000}
          step={50}
          suffix=" ms"
          thousandSeparator=","
        />
      </div>
      <Table mt="sm" className={classes.costs ?? ''}>
        <Table.Tbody>
          {rows.map(([label, value, about]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row">{label}</Table.Th>
              <Table.Td>
                <span className={classes.cost}>
                  <span className={classes.figure}>{value}</span>
                  <Text span size="xs" c="dimmed">
                    {about}
                  </Text>
                </span>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

function share(part: number): string {
  return part > 0 && part < 0.001 ? 'less than 0.1%' : formatShare(part);
}

function money(dollars: number): string {
  if (dollars > 0 && dollars < 0.01) return 'less than $0.01';
  return `$${dollars.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
