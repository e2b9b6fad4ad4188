import type { Command } from 'commander';
import type { FunctionConfig } from '../../model/function.ts';
import { aboutFunction, type FunctionView, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { addFunctionOptions, configOf, type FunctionOptions } from '../function-options.ts';
import { warnOfUnknownOwner } from '../identity/unknown-owner.ts';
import { paint, print, printJson } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface SetOptions extends FunctionOptions {
  readonly unsetEnv?: readonly string[];
  readonly unsetTag?: readonly string[];
  readonly unsetSecret?: readonly string[];
  readonly revoke?: readonly string[];
}

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .description(
      "Changes a function's configuration: a new version with the same code. What is not given stays; variables, tags " +
        'and grants are added to those that it has.',
    );
  addFunctionOptions(command)
    .option('--unset-env <NAME>', 'remove an environment variable; may be given several times', collect)
    .option('--unset-tag <name>', 'remove a tag; may be given several times', collect)
    .option('--unset-secret <NAME>', 'remove a variable that holds a secret; may be given several times', collect)
    .option('--revoke <grant>', 'take a grant back; may be given several times', collect)
    .addHelpText(
      'after',
      examples(
        ['fob set hello --memory 256 --timeout 1m', ''],
        ['fob set hello --env STAGE=live --unset-env DEBUG', ''],
        ['fob set hello --grant bucket:photos:read --revoke queue:jobs:send', ''],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<SetOptions>(self);
      const changed = await aboutFunction(client, name, () => change(client, name, options));
      await warnOfUnknownOwner(client, options.owner);
      if (options.json) return printJson(changed);
      print(`${paint('green', '✔')} ${paint('bold', changed.name)} has version ${changed.version} now`);
    });
}

/** Changes what was seen: somebody else's change in between is refused by the node, not overwritten. */
async function change(client: NodeClient, name: string, options: SetOptions): Promise<FunctionView> {
  const given = configOf(options);
  const { unsetEnv = [], unsetTag = [], unsetSecret = [], revoke = [] } = options;
  if (Object.keys(given).length + unsetEnv.length + unsetTag.length + unsetSecret.length + revoke.length === 0) {
    throw new Failure(EXIT.usage, 'nothing to change: name a setting, such as --memory 256');
  }
  const { config, revision } = await client.json<FunctionView>('GET', functionPath(name));
  const patch: Partial<FunctionConfig> = { ...given };
  if (given.environment !== undefined || unsetEnv.length > 0) {
    patch.environment = without({ ...config.environment, ...given.environment }, unsetEnv);
  }
  if (given.secrets !== undefined || unsetSecret.length > 0) {
    patch.secrets = without({ ...config.secrets, ...given.secrets }, unsetSecret);
  }
  if (given.tags !== undefined || unsetTag.length > 0) {
    patch.tags = without({ ...config.tags, ...given.tags }, unsetTag);
  }
  if (given.grants !== undefined || revoke.length > 0) {
    const all = new Set([...config.grants, ...(given.grants ?? [])]);
    patch.grants = [...all].filter((grant) => !revoke.includes(grant));
  }
  return sendJson<FunctionView>(client, 'PATCH', functionPath(name), patch, { 'if-match': `"${revision}"` });
}

function without(values: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
