import type { Api } from '../../api/types.gen.ts';
import type { TriggerKind } from '../../ui/trigger-form/trigger-form.tsx';
import type { Blueprint } from './blueprint.ts';
import type { Draft } from './draft.ts';
import type { StepId } from './step-list.ts';

type RoleView = Api['GET /v1/execution-roles']['answer']['roles'][number];
type RoleTemplate = Api['GET /v1/execution-role-templates']['answer']['templates'][number];

/** What is there already, as far as one may see it; `undefined` where that is not known. */
export interface Known {
  readonly bucket: readonly string[] | undefined;
  readonly queue: readonly string[] | undefined;
  readonly topic: readonly string[] | undefined;
  /** Without what was made of this very draft, before something else was refused. */
  readonly functions: readonly string[] | undefined;
  readonly roles: readonly RoleView[] | undefined;
  readonly templates: readonly RoleTemplate[];
}

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
