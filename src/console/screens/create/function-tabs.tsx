import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useCreation } from './context.tsx';

/** The same for each function, where a blueprint has several. */
export function FunctionTabs({ children }: { readonly children: (at: number) => ReactNode }) {
  const { functions } = useCreation().draft.parts;
  if (functions.length === 1) return children(0);
  return (
    <Tabs defaultValue="0" keepMounted={false}>
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
