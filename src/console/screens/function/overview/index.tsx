import type { FunctionTabProps } from '../tabs.ts';

/** What one wants to know of a function at first sight. */
export default function Overview({ view }: FunctionTabProps) {
  return <p>{view.config.description}</p>;
}
