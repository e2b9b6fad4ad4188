/** Placeholder replaced below. */
export function FirstRun() {
  return null;
}
