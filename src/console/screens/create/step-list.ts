export type StepId = 'start' | 'trigger' | 'function' | 'role' | 'resources' | 'review';

/** The steps, in the order in which one usually goes through them. */
export const STEPS: readonly { id: StepId; title: string }[] = [
  { id: 'start', title: 'Blueprint or code' },
  { id: 'trigger', title: 'Trigger' },
  { id: 'function', title: 'Function' },
  { id: 'role', title: 'Handler and role' },
  { id: 'resources', title: 'Memory and timeout' },
  { id: 'review', title: 'Review and deploy' },
];
