import { Tabs } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { useKeepShown } from './keep-shown.ts';
import classes from './tab-nav.module.css';
import { useWords } from './words.ts';

/** One of a page's views. */
export interface View {
  readonly key: string;
  readonly title: string;
  /** How much is in it, where that is worth saying from afar. */
  readonly count?: number;
  readonly body: () => ReactNode;
}

/** The views of a page beside one another; which one is shown stands in the URL as `show`, the first one without. */
export function ViewTabs({ label, views }: { readonly label: string; readonly views: readonly View[] }) {
  const [{ show }, setWords] = useWords(['show']);
  const first = views[0]!;
  const shown = views.find(({ key }) => key === show) ?? first;
  const row = useRef<HTMLDivElement>(null);
  useKeepShown(row, `${shown.key} ${views.map(({ count }) => count).join()}`);
  return (
    <Tabs
      value={shown.key}
      onChange={(key) => setWords({ show: key === null || key === first.key ? '' : key }, true)}
      keepMounted={false}
      variant="none"
    >
      <Tabs.List ref={row} aria-label={label} mb="md" className={classes.tabs ?? ''}>
        {views.map(({ key, title, count }) => (
          <Tabs.Tab key={key} value={key} className={classes.tab ?? ''}>
            <span className={classes.label}>
              <span className={classes.title} data-title={title}>
                {title}
              </span>
              {count !== undefined && <span className={classes.count}>{count}</span>}
            </span>
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {views.map(({ key, body }) => (
        <Tabs.Panel key={key} value={key}>
          {key === shown.key && body()}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
