import { flagName, SETTING_NAMES, schemaOf, variableName } from '../settings.ts';

const HEAD = `# Settings of a node

<!-- Generated from src/model/settings.ts: change that, then run UPDATE_PAGES=1 ./fob test settings-page -->

A node takes each setting from the last of these that gives it: the default, the settings file, the environment, the
flags of \`fob up\`. The settings file is \`fob.config.yaml\` in the data folder, or the one named by \`--config\` or
\`FOB_CONFIG\`; it is YAML with the names below:

\`\`\`yaml
port: 8080
memoryBudgetMb: 2048
allowedHosts: [functions.example.org]
\`\`\`

In the environment and as a flag, a list is written with commas.

| setting | flag | environment | default | what it is |
| --- | --- | --- | --- | --- |
`;

/** The reference page of all settings, as Markdown. */
export function settingsPage(): string {
  const rows = SETTING_NAMES.map((name) => {
    const schema = schemaOf(name);
    const fallback = Array.isArray(schema.default) ? schema.default.join(',') : String(schema.default);
    const choices = schema.enum === undefined ? '' : `; one of ${schema.enum.map((each) => `\`${each}\``).join(', ')}`;
    const range =
      schema.type !== 'integer'
        ? ''
        : schema.maximum === undefined
          ? `; at least ${schema.minimum ?? 0}`
          : `; ${schema.minimum ?? 0} to ${schema.maximum}`;
    const cells = [
      `\`${name}\``,
      `\`${flagName(name)}\``,
      `\`${variableName(name)}\``,
      fallback === '' ? 'none' : `\`${fallback}\``,
      `${schema.description}${choices}${range}`,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  });
  return HEAD + rows.join('');
}
