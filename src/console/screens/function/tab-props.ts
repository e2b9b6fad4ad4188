import type { FunctionView } from '../../api/things.ts';

/** What each tab is given: the function whose page it is, as it is now. */
export interface FunctionTabProps {
  readonly view: FunctionView;
}
