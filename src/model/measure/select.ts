type Labels = Readonly<Record<string, string>>;

/**
 * The series that have these labels. A function's own metric may be measured by several sets of dimensions at once, each of
 * which holds every value: of each function just the smallest set is taken that has the labels in question (`oneSet`).
 */
export function selectSeries<T extends { readonly labels: Labels }>(
  all: Iterable<T>,
  wanted: { readonly labels: Labels; readonly by: readonly string[]; readonly oneSet: boolean },
): T[] {
  const { labels, by, oneSet } = wanted;
  const names = Object.keys(labels);
  const found: T[] = [];
  for (const each of all) if (names.every((name) => each.labels[name] === labels[name])) found.push(each);
  if (!oneSet) return found;
  const smallest = new Map<string, string>();
  for (const each of found) {
    if (by.some((name) => each.labels[name] === undefined)) continue;
    const set = setOf(each.labels);
    const best = smallest.get(each.labels.function ?? '');
    if (best === undefined || isSmaller(set, best)) smallest.set(each.labels.function ?? '', set);
  }
  return found.filter((each) => smallest.get(each.labels.function ?? '') === setOf(each.labels));
}

/** Labels that series are grouped by; those that a series does not have are left out. */
export function groupOf(labels: Labels, by: readonly string[]): Record<string, string> {
  return Object.fromEntries(by.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}

/** Whether a metric is a function's own. */
export function isOwn(metric: string): boolean {
  return metric.includes('/');
}

function setOf(labels: Labels): string {
  return Object.keys(labels).sort().join('\n');
}

function isSmaller(a: string, b: string): boolean {
  const difference = a.split('\n').length - b.split('\n').length;
  return difference < 0 || (difference === 0 && a < b);
}
