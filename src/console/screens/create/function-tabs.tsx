import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useParam } from '../../ui/use-param.ts';
import { useCreation } from './context.tsx';

/** The same for each function, where a blueprint has several. */
export function FunctionTabs({ children }: { readonly children: (at: number) => ReactNode }) {
  const { functions } = useCreation().draft.parts;
  const [part, setPart] = useParam('part', '0');
  if (functions.length === 1) return children(0);
  return (
    <Tabs
      value={functions[Number(part)] === undefined ? '0' : part}
      onChange={(next) => setPart(next ?? '0')}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {functions.map(({ name }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: functions keep their places
          <Tabs.Tab value={String(at)} key={at}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {functions.map((_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: functions keep their places
        <Tabs.Panel value={String(at)} key={at}>
          {children(at)}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
