/** Bounds of one line. What is beyond makes it an ordinary line, as does anything that the format does not have. */
const MAX_DIRECTIVES = 10;
const MAX_METRICS = 100;
const MAX_VALUES = 100;
const MAX_SETS = 10;
const MAX_DIMENSIONS = 30;
const MAX_NAME = 255;
/** Longer values of dimensions are cut. */
const MAX_VALUE = 128;
/** What CloudWatch takes, and more than a histogram tells apart. */
const MAX_NUMBER = 1e30;
/** Separators of the query language, and what no name should have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const UNSAFE = /[,:\u0000-\u001f\u007f]/g;
/** The label that the platform sets itself. */
const RESERVED = 'function';

/** Values of a function's own metric, with one set of its dimensions. */
interface EmbeddedMetric {
  /** `<namespace>/<name>`. */
  readonly metric: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** Whether a line is worth looking at: nearly all are not, and cost nothing more. */
export function mayEmbed(line: string): boolean {
  return line.includes('"_aws"');
}

/**
 * The metrics that a log line embeds, in the embedded metric format of CloudWatch
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html);
 * `undefined` where the line is not of that format. Metrics that name no value of the line are left out, as there.
 */
export function readEmbedded(line: string): EmbeddedMetric[] | undefined {
  const root = parsed(line.trim());
  const aws = asObject(root?._aws);
  const directives = aws?.CloudWatchMetrics;
  if (root === undefined || !Array.isArray(directives) || directives.length > MAX_DIRECTIVES) return undefined;
  const found: EmbeddedMetric[] = [];
  for (const each of directives) {
    const directive = asObject(each);
    const namespace = asName(directive?.Namespace);
    const sets = dimensionSets(directive?.Dimensions, root);
    const metrics = directive?.Metrics;
    if (namespace === undefined || sets === undefined || !Array.isArray(metrics) || metrics.length > MAX_METRICS)
      return undefined;
    for (const definition of metrics) {
      const described = asObject(definition);
      const name = described?.Name;
      const clean = asName(name);
      if (described === undefined || clean === undefined) return undefined;
      const values = valuesOf(root[name as string]);
      if (values === undefined) return undefined;
      if (values.length === 0) continue;
      const unit = typeof described.Unit === 'string' ? described.Unit.slice(0, 32) : 'None';
      for (const dimensions of sets) found.push({ metric: `${namespace}/${clean}`, unit, dimensions, values });
    }
  }
  return found;
}

function parsed(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function asName(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_NAME) return undefined;
  const clean = value.trim().replace(UNSAFE, '_');
  return clean === '' ? undefined : clean;
}

/** A number, or several; none where the line has no such member. */
function valuesOf(given: unknown): number[] | undefined {
  if (given === undefined) return [];
  const values = Array.isArray(given) ? given : [given];
  if (values.length > MAX_VALUES) return undefined;
  return values.every((value) => typeof value === 'number' && Math.abs(value) <= MAX_NUMBER) ? values : undefined;
}

/** The values of each set of dimensions; a set that names what the line does not have is left out. */
function dimensionSets(given: unknown, root: Record<string, unknown>): Record<string, string>[] | undefined {
  if (given === undefined) return [{}];
  if (!Array.isArray(given) || given.length > MAX_SETS) return undefined;
  const sets: Record<string, string>[] = [];
  for (const names of given) {
    if (!Array.isArray(names) || names.length > MAX_DIMENSIONS) return undefined;
    const values: [string, string][] = [];
    for (const name of names) {
      const clean = asName(name);
      if (clean === undefined) return undefined;
      const value = root[name as string];
      if (typeof value === 'string' && clean !== RESERVED) values.push([clean, value.slice(0, MAX_VALUE)]);
    }
    if (values.length === names.filter((name) => name !== RESERVED).length) sets.push(Object.fromEntries(values));
  }
  return given.length === 0 ? [{}] : sets;
}
