import {
  IconActivity,
  IconBell,
  IconBolt,
  IconBroadcast,
  IconBucket,
  IconCalendarClock,
  IconCirclePlus,
  IconFileText,
  IconGitBranch,
  IconHistory,
  IconHome2,
  IconInbox,
  IconKey,
  IconServer2,
  IconStack2,
  IconTopologyStar3,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

/** A screen: one line in the table below, and a folder in `screens/`. */
export interface Screen {
  /** Below `/console`; `/*` at its end leaves the rest of the path to the screen. */
  readonly path: string;
  readonly title: string;
  readonly icon: ComponentType<{ size?: number | string; stroke?: number | string; 'aria-hidden'?: boolean }>;
  /** The second key of its shortcut, after `g`. */
  readonly key?: string;
  /** In which part of the navigation it stands; without one it is reached otherwise. */
  readonly group?: 'build' | 'watch' | 'services' | 'govern';
  readonly load: () => Promise<{ default: ComponentType }>;
}

/** Every screen that there is, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  {
    path: '',
    title: 'Home',
    icon: IconHome2,
    key: 'h',
    group: 'build',
    load: () => import('./screens/home/index.tsx'),
  },
  {
    path: 'create',
    title: 'Create',
    icon: IconCirclePlus,
    key: 'c',
    group: 'build',
    load: () => import('./screens/create/index.tsx'),
  },
  {
    path: 'functions/*',
    title: 'Functions',
    icon: IconBolt,
    key: 'f',
    group: 'build',
    load: () => import('./screens/functions/index.tsx'),
  },
  {
    path: 'invocations/*',
    title: 'Invocations',
    icon: IconActivity,
    key: 'i',
    group: 'watch',
    load: () => import('./screens/invocations/index.tsx'),
  },
  {
    path: 'logs',
    title: 'Logs',
    icon: IconFileText,
    key: 'l',
    group: 'watch',
    load: () => import('./screens/logs/index.tsx'),
  },
  {
    path: 'map',
    title: 'Map',
    icon: IconTopologyStar3,
    key: 'm',
    group: 'watch',
    load: () => import('./screens/map/index.tsx'),
  },
  {
    path: 'repositories/*',
    title: 'Repositories',
    icon: IconGitBranch,
    key: 'r',
    group: 'govern',
    load: () => import('./screens/repositories/index.tsx'),
  },
  {
    path: 'secrets/*',
    title: 'Secrets',
    icon: IconKey,
    key: 'k',
    group: 'govern',
    load: () => import('./screens/secrets/index.tsx'),
  },
  {
    path: 'nodes/*',
    title: 'Nodes',
    icon: IconServer2,
    key: 'n',
    group: 'govern',
    load: () => import('./screens/nodes/index.tsx'),
  },
  {
    path: 'people/*',
    title: 'People',
    icon: IconUsers,
    key: 'o',
    group: 'govern',
    load: () => import('./screens/people/index.tsx'),
  },
  {
    path: 'audit',
    title: 'Audit',
    icon: IconHistory,
    key: 'u',
    group: 'govern',
    load: () => import('./screens/audit/index.tsx'),
  },
  {
    path: 'alerts',
    title: 'Alerts',
    icon: IconBell,
    key: 'a',
    group: 'watch',
    load: () => import('./screens/alerts/index.tsx'),
  },
  {
    path: 'buckets/*',
    title: 'Buckets',
    icon: IconBucket,
    key: 'b',
    group: 'services',
    load: () => import('./screens/buckets/index.tsx'),
  },
  {
    path: 'events',
    title: 'Events',
    icon: IconInbox,
    key: 'e',
    group: 'watch',
    load: () => import('./screens/events/index.tsx'),
  },
  {
    path: 'schedules',
    title: 'Schedules',
    icon: IconCalendarClock,
    key: 's',
    group: 'watch',
    load: () => import('./screens/schedules/index.tsx'),
  },
  {
    path: 'queues/*',
    title: 'Queues',
    icon: IconStack2,
    key: 'q',
    group: 'services',
    load: () => import('./screens/queues/index.tsx'),
  },
  {
    path: 'topics/*',
    title: 'Topics',
    icon: IconBroadcast,
    key: 't',
    group: 'services',
    load: () => import('./screens/topics/index.tsx'),
  },
  {
    path: 'profile',
    title: 'Profile and tokens',
    icon: IconUserCircle,
    key: 'p',
    load: () => import('./screens/profile/index.tsx'),
  },
];
