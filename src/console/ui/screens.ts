import { createContext, useContext } from 'react';
import type { Screen } from '../routes.tsx';

/** The table of screens, for parts that screens stand on: they cannot import it, for it imports them. */
export const ScreensContext = createContext<readonly Screen[]>([]);

/** Whether there is a screen of this path, so that nothing leads where nothing is. */
export function useHasScreen(path: string): boolean {
  return useContext(ScreensContext).some((screen) => screen.path.replace('/*', '') === path);
}
