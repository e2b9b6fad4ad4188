import { createContext, useContext } from 'react';
import type { TriggerKind } from '../../ui/trigger-form/trigger-form.tsx';
import type { Blueprint } from './blueprint.ts';
import type { Draft } from './draft.ts';
import type { Known } from './known.ts';
import type { StepId } from './step-list.ts';

/** What every step works with. */
export interface Creation {
  readonly draft: Draft;
  readonly update: (change: (draft: Draft) => Draft) => void;
  readonly kinds: readonly TriggerKind[];
  readonly known: Known;
  /** The blueprint that was chosen, once it is there. */
  readonly blueprint: Blueprint | undefined;
  /** All that the blueprint asks for, completed by its defaults. */
  readonly values: Readonly<Record<string, string>>;
  /** What is wrong with values, by their names. */
  readonly valueFaults: Readonly<Record<string, string>>;
  /** Values of secrets, by what names them; never kept. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly setSecret: (name: string, value: string) => void;
  /** Somebody wanted to go on from this step: what is missing is said. */
  readonly strict: boolean;
  readonly go: (step: StepId) => void;
}

export const CreationContext = createContext<Creation | undefined>(undefined);

export function useCreation(): Creation {
  const creation = useContext(CreationContext);
  if (creation === undefined) throw new Error('a step stands within the screen of creation');
  return creation;
}
