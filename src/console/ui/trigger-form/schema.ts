/** What is used of JSON Schema in the options of triggers. */
export interface OptionSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly items?: OptionSchema;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
}

export type Options = Readonly<Record<string, unknown>>;
/** What is wrong, by the name of the option. */
export type Faults = Readonly<Record<string, string>>;

/** Whether an option must be given: it is required, and no default stands in for it. */
export function isDemanded(schema: OptionSchema, name: string): boolean {
  return (schema.required ?? []).includes(name) && schema.properties?.[name]?.default === undefined;
}

/** Options with the schema's defaults where none is given. */
export function withDefaults({ properties = {} }: OptionSchema, options: Options): Record<string, unknown> {
  const complete: Record<string, unknown> = {};
  for (const [name, { default: usual }] of Object.entries(properties)) {
    const value = options[name] ?? usual;
    if (value !== undefined) complete[name] = value;
  }
  return complete;
}

/** Options without those that are empty or as they would be anyway. */
export function withoutDefaults({ properties = {} }: OptionSchema, options: Options): Record<string, unknown> {
  const isUsual = (name: string, value: unknown) =>
    value === undefined ||
    (value === '' && properties[name]?.default === undefined) ||
    JSON.stringify(value) === JSON.stringify(properties[name]?.default);
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => !isUsual(name, value)));
}

/** What does not fit the schema, said so that one knows what to do. */
export function faultsOf(schema: OptionSchema, options: Options): Faults {
  const faults: Record<string, string> = {};
  for (const [name, option] of Object.entries(schema.properties ?? {})) {
    const value = options[name];
    const isMissing = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    const fault = isMissing
      ? isDemanded(schema, name) || (option.minItems ?? 0) > 0
        ? 'This is needed'
        : undefined
      : faultOf(option, value);
    if (fault !== undefined) faults[name] = fault;
  }
  return faults;
}

function faultOf(schema: OptionSchema, value: unknown): string | undefined {
  const { type, minimum, maximum, maxLength, pattern, items, description } = schema;
  if (type === 'object') return typeof value === 'object' ? undefined : 'This is no JSON object';
  if (Array.isArray(value)) {
    const wrong = items && value.map((each) => faultOf(items, each)).find((fault) => fault !== undefined);
    return wrong;
  }
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `At least ${minimum.toLocaleString('en-GB')}`;
    if (maximum !== undefined && value > maximum) return `At most ${maximum.toLocaleString('en-GB')}`;
    if (type === 'integer' && !Number.isInteger(value)) return 'A whole number, please';
    return undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (maxLength !== undefined && value.length > maxLength) return `At most ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return WORDS[pattern] ?? `This is not written as it must be${description === undefined ? '' : `: ${description}`}`;
  }
  return undefined;
}

/** Patterns of names, in words. */
const WORDS: Readonly<Record<string, string>> = {
  '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$': '3 to 63 lower-case letters, digits, dots and hyphens',
  '^[A-Za-z0-9_-]{1,80}$|^[A-Za-z0-9_-]{1,75}\\.fifo$':
    'Letters, digits, _ and -, at most 80; one that keeps the order ends in .fifo',
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$': 'Letters, digits, dots, _ and -, beginning with a letter or digit',
  '^/[^?#\\s]{0,500}$': 'A path begins with /, and holds no spaces, ? or #',
};

/** Options whose names say too little. */
const TITLES: Readonly<Record<string, string>> = {
  auth: 'Who may call',
  ca: 'Trusted certificates',
  cert: 'Own certificate',
  certKey: 'Key of the certificate',
  cors: 'Pages of other origins (CORS)',
  db: 'Database',
  maxBodyBytes: 'Largest body, in bytes',
  of: 'Function',
  on: 'Which ends',
  qos: 'Quality of service',
  sasl: 'Sign-in (SASL)',
  tls: 'Encrypted (TLS)',
  tz: 'Time zone',
  url: 'Address',
};

/** An option's name in words: `accessKeyId` is "Access key id". */
export function titleOf(name: string): string {
  if (Object.hasOwn(TITLES, name)) return TITLES[name]!;
  const words = name.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
