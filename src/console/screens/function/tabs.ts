import type { ComponentType } from 'react';
import type { FunctionTabProps } from './tab-props.ts';

/** A tab of a function's page: one line in the table below, and a folder beside it. */
export interface FunctionTab {
  /** Below `/functions/<name>/`; what is below the tab itself is left to it (`<Routes>`). */
  readonly path: string;
  readonly title: string;
  readonly load: () => Promise<{ default: ComponentType<FunctionTabProps> }>;
}

/** The tabs in their order; each is loaded when it is first gone to. */
export const TABS: readonly FunctionTab[] = [
  { path: '', title: 'Overview', load: () => import('./overview/index.tsx') },
  { path: 'code', title: 'Code', load: () => import('./code/index.tsx') },
  { path: 'test', title: 'Test', load: () => import('./test/index.tsx') },
  { path: 'configuration', title: 'Configuration', load: () => import('./configuration/index.tsx') },
  { path: 'triggers', title: 'Triggers', load: () => import('./triggers/index.tsx') },
  { path: 'monitoring', title: 'Monitoring', load: () => import('./monitoring/index.tsx') },
  { path: 'logs', title: 'Logs', load: () => import('./logs/index.tsx') },
  { path: 'invocations', title: 'Invocations', load: () => import('./invocations/index.tsx') },
  { path: 'releases', title: 'Releases', load: () => import('./releases/index.tsx') },
  { path: 'permissions', title: 'Permissions', load: () => import('./permissions/index.tsx') },
];
