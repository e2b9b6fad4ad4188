import { type ComponentType, createContext, useContext } from 'react';

/** A screen: one line in `routes.tsx`, and a folder in `screens/`. */
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

/** The table of screens, for parts that screens stand on: they cannot import it, for it imports them. */
export const ScreensContext = createContext<readonly Screen[]>([]);

/** Whether there is a screen of this path, so that nothing leads where nothing is. */
export function useHasScreen(path: string): boolean {
  return useContext(ScreensContext).some((screen) => screen.path.replace('/*', '') === path);
}
