import { createContext, useContext } from 'react';
import type { Creation } from './creation.ts';

export const CreationContext = createContext<Creation | undefined>(undefined);

export function useCreation(): Creation {
  const creation = useContext(CreationContext);
  if (creation === undefined) throw new Error('a step stands within the screen of creation');
  return creation;
}
