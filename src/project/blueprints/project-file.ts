import { stringify } from 'yaml';
import { type Blueprint, resourcesOf, typedValue, valuesOf } from '../../model/blueprint.ts';
import type { NamedBlueprint } from './load.ts';

const WIDTH = 120;

/**
 * The project file that makes what a blueprint describes: the values stand once, as its variables, and everything else
 * refers to them. `values` are complete.
 */
export function projectFileOf({ name, blueprint }: NamedBlueprint, values: Readonly<Record<string, string>>): string {
  const blocks = [
    `# ${blueprint.title}, made from the blueprint ${name}.\n# fob plan shows what it makes, fob apply makes it.\n${yaml({ project: values.name })}`,
    variables(blueprint, name, values),
    ...Object.entries(resourcesOf(blueprint)).map(([section, entries]) => yaml({ [section]: entries })),
  ];
  const secrets = Object.entries(blueprint.secrets ?? {});
  if (secrets.length > 0) {
    const lines = secrets.map(([variable, { label }]) => `#   ${variable}: ${label}`);
    blocks.splice(2, 0, `# No file holds these; they are in the environment of who applies it:\n${lines.join('\n')}\n`);
  }
  return blocks.join('\n');
}

function variables(blueprint: Blueprint, name: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(valuesOf(blueprint, name)).flatMap(([key, value]) => [
    `  # ${value.label}`,
    `  ${yaml({ [key]: typedValue(value, values[key]!) }).trimEnd()}`,
  ]);
  return `variables:\n${lines.join('\n')}\n`;
}

function yaml(value: unknown): string {
  return `${stringify(value, { lineWidth: WIDTH, nullStr: '' }).replaceAll(/ +$/gm, '').trimEnd()}\n`;
}
