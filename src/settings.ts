import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import Value from 'typebox/value';
import { parse as parseYaml } from 'yaml';
import { assertMayListen } from './model/listening.ts';
import { messageOf, Problem } from './model/problem.ts';
import { SECRET_SETTINGS, type Settings, SettingsSchema } from './model/settings.ts';

/** Name of the settings file that a data folder may hold. */
const SETTINGS_FILE = 'fob.config.yaml';

type Name = keyof Settings;

export const SETTING_NAMES = Object.keys(SettingsSchema.properties) as Name[];

export interface SettingsInput {
  /** By setting name, as typed; absent ones are not set. */
  readonly flags: Readonly<Partial<Record<Name, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of a settings file that must exist; absent: `fob.config.yaml` in the data folder, where there is one. */
  readonly configFile?: string | undefined;
}

/** `memoryBudgetMb` → `--memory-budget-mb`. */
export function flagName(name: Name): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `memoryBudgetMb` → `FOB_MEMORY_BUDGET_MB`. */
export function variableName(name: Name): string {
  return `FOB_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * The settings of a node: defaults, then the settings file, then the environment (`FOB_*`), then flags; validated, with
 * an absolute data folder, frozen. Rejects what does not fit with `invalid_request`, naming every bad value and where it
 * came from.
 */
export function readSettings(input: SettingsInput): Settings {
  const flags = fromText(input.flags, flagName);
  const environment = fromText(
    Object.fromEntries(
      SETTING_NAMES.flatMap((name) => {
        const text = input.environment[variableName(name)];
        return text === undefined || text === '' ? [] : [[name, text]];
      }),
    ),
    variableName,
  );
  const typed = [environment, flags];
  const beforeFile = Object.assign({}, ...typed.map((layer) => layer.values)) as Partial<Record<Name, unknown>>;
  const dataGiven = typeof beforeFile.data === 'string' && beforeFile.data !== '';
  const dataFolder = dataGiven ? resolve(beforeFile.data as string) : defaultDataFolder(input.environment);
  const file = readSettingsFile(input.configFile ?? input.environment.FOB_CONFIG, dataFolder);

  const merged: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const layer of [defaults(), file, ...typed]) {
    Object.assign(merged, layer.values);
    Object.assign(origins, layer.origins);
  }
  if (merged.data === '') merged.data = dataFolder;

  const errors = Value.Errors(SettingsSchema, merged);
  const faults = new Map<string, string>();
  for (const error of errors) {
    const name = error.instancePath.split('/')[1];
    if (name === undefined || name === '' || faults.has(name)) continue;
    faults.set(name, explain(name, merged[name], origins[name] ?? 'unknown', error.message));
  }
  if (faults.size > 0) throw new Problem('invalid_request', [...faults.values()].join('\n'));

  const settings = merged as Settings;
  assertMayListen(settings);
  return Object.freeze({
    ...settings,
    data: resolve(settings.data),
    allowedHosts: Object.freeze([...settings.allowedHosts]) as string[],
    otlpHeaders: Object.freeze([...settings.otlpHeaders]) as string[],
  });
}

/** Where a node keeps its data unless told otherwise. */
function defaultDataFolder(environment: Readonly<Record<string, string | undefined>>): string {
  if (process.getuid?.() === 0) return '/var/lib/fob';
  return join(environment.XDG_DATA_HOME || join(environment.HOME || homedir(), '.local', 'share'), 'fob');
}

interface Layer {
  readonly values: Partial<Record<string, unknown>>;
  readonly origins: Readonly<Record<string, string>>;
}

function defaults(): Layer {
  const values = Object.fromEntries(SETTING_NAMES.map((name) => [name, schemaOf(name).default]));
  return layer(values, () => 'default');
}

/** Text of a flag or variable as the type that its setting has; what cannot be read stays text, for validation to name. */
function fromText(texts: Readonly<Partial<Record<Name, string>>>, origin: (name: Name) => string): Layer {
  const values = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = schemaOf(name as Name).type;
      if (type === 'integer') return [name, /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text];
      if (type === 'array') {
        const parts = text.split(',').map((part) => part.trim());
        return [name, parts.filter((part) => part !== '')];
      }
      return [name, text];
    }),
  );
  return layer(values, (name) => origin(name as Name));
}

function readSettingsFile(given: string | undefined, dataFolder: string): Layer {
  const path = given !== undefined && given !== '' ? resolve(given) : join(dataFolder, SETTINGS_FILE);
  if (given === undefined || given === '') {
    if (!existsSync(path)) return layer({}, () => path);
  }
  let values: unknown;
  try {
    values = parseYaml(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    const why = messageOf(cause).split('\n')[0];
    throw new Problem('invalid_request', `settings file ${path} cannot be read: ${why}`, { cause });
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new Problem('invalid_request', `settings file ${path} must hold names and values, such as "port: 9999"`);
  }
  if ('data' in values && (given === undefined || given === '')) {
    throw new Problem(
      'invalid_request',
      `settings file ${path} lies in the data folder and cannot choose another one: use --data, FOB_DATA or a file given with --config`,
    );
  }
  return layer(values as Record<string, unknown>, () => path);
}

function layer(values: Record<string, unknown>, origin: (name: string) => string): Layer {
  return { values, origins: Object.fromEntries(Object.keys(values).map((name) => [name, origin(name)])) };
}

function explain(name: string, value: unknown, origin: string, message: string): string {
  if (!SETTING_NAMES.includes(name as Name)) {
    return `${origin}: there is no setting ${JSON.stringify(name)}; docs/reference/settings.md lists them`;
  }
  const shown = SECRET_SETTINGS.includes(name as Name) ? 'that value' : JSON.stringify(value);
  return `${origin}: ${name} cannot be ${shown}: ${requirement(name as Name) ?? message}`;
}

/** What a setting must be, in words; `undefined` where the validator's own words have to do. */
function requirement(name: Name): string | undefined {
  const { type, minimum, maximum, enum: allowed } = schemaOf(name);
  if (allowed !== undefined) return `it must be one of ${allowed.join(', ')}`;
  if (type === 'integer') {
    const range = maximum === undefined ? `of at least ${minimum ?? 0}` : `from ${minimum ?? 0} to ${maximum}`;
    return `it must be a whole number ${range}`;
  }
  if (type === 'array') return 'it must be a list of texts';
  if (type === 'string') return 'it must be a text';
  return undefined;
}

/** The part of JSON Schema that the settings use. */
interface SettingSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly default: unknown;
  readonly description: string;
}

/** The schema of one setting. */
export function schemaOf(name: Name): SettingSchema {
  return SettingsSchema.properties[name] as unknown as SettingSchema;
}
