import type { Command } from 'commander';
import { parseTarget } from '../../model/target.ts';
import { targetOf } from '../../model/trigger.ts';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, parseSinceMs } from '../human.ts';
import { note, paint, print, printJson, printPairs } from '../output.ts';
import { ownCommand } from '../project.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';
import { aboutTrigger, allTriggers, allTypes, type TriggerView, triggerPath, typeNamed } from '../trigger/api.ts';
import { applyChange, type Change, planChanges, readTriggerFile } from '../trigger/apply.ts';
import { addDocumentOptions, type DocumentOptions, documentOf } from '../trigger/document-options.ts';
import { printTrigger, printTriggers, printType, printTypes } from '../trigger/show.ts';
import { parseJsonOption, readSettings, readTypeArguments } from '../trigger/type-options.ts';

export function define(command: Command): void {
  command
    .description('Triggers: what wakes functions. Each type has options of its own; fob trigger types explains them.')
    .addHelpText(
      'after',
      examples(
        ["fob trigger add report schedule '0 9 * * MON-FRI' --tz Europe/Berlin", 'at nine on weekdays'],
        ['fob trigger add resize bucket photos --suffix .jpg', 'when an object is created'],
        ['fob trigger add resize bucket photos --suffix .png --name resize-photos --replace', 'changes that one'],
        ['fob trigger add work queue jobs --batch 10', 'messages of a queue'],
        ['fob trigger test report-schedule', 'runs the function with a sample now'],
      ),
    );
  defineAdd(command);
  defineLooking(command);
  defineTrying(command);
  defineCare(command);
  defineApply(command);
}

function defineAdd(command: Command): void {
  const add = command
    .command('add')
    .summary('wake a function by something')
    .description(
      "Adds a trigger to a function. What follows the type is the type's own: words, such as rate(5 minutes), and options, such as --prefix; `fob trigger types <type>` explains them.",
    )
    .argument('<function>', 'the function that it wakes')
    .argument('<type>', 'schedule, bucket, queue, topic, webhook, ...')
    .argument('[words...]', "the type's own words and options")
    .allowUnknownOption()
    .option('--name <name>', 'name of the trigger; made from function and source where absent')
    .option('--set <option=value>', "an option of the type's own, by its name in the API", collect)
    .option('--paused', 'add it without starting it')
    .option('--replace', 'change the trigger of this --name to be so, where there is one');
  addDocumentOptions(add)
    .addHelpText(
      'after',
      examples(
        ["fob trigger add hello schedule 'rate(5 minutes)'", ''],
        ["fob trigger add hello schedule 'at(2030-01-01T00:00:00)' --tz Europe/Berlin", ''],
        ['fob trigger add resize bucket photos --prefix in/ --suffix .jpg --name resize-photos', ''],
        ['fob trigger add resize bucket photos --suffix .png --name resize-photos --replace', 'changes that one'],
        ['fob trigger add work queue jobs --batch 10 --window 2s --retries 5', ''],
        ['fob trigger add mail topic orders --filter \'{"detail": {"total": [{"numeric": [">", 100]}]}}\'', ''],
        ['fob trigger add build webhook github --secret @secret.txt', ''],
      ),
    )
    .action(async (fn: string, typeName: string, given: string[], _options, self: Command) => {
      const options = optionsOf<
        DocumentOptions & { name?: string; set?: string[]; paused?: boolean; replace?: boolean }
      >(self);
      if (options.replace === true && options.name === undefined) {
        throw new Failure(EXIT.usage, '--replace changes the trigger of a name: say it by --name');
      }
      const client = await clientOf(self);
      const type = typeNamed(await allTypes(client), typeName);
      if (!type.batches && (options.batch !== undefined || options.window !== undefined)) {
        throw new Failure(EXIT.usage, `events of the type ${typeName} come one by one: leave --batch and --window out`);
      }
      const own = await readTypeArguments(type, given);
      await readSettings(type, options.set ?? [], own.options);
      const body = {
        ...(options.name !== undefined && options.replace !== true && { name: options.name }),
        function: fn,
        type: typeName,
        ...own,
        ...(await documentOf(options)),
        enabled: options.paused !== true,
      };
      await aboutFunction(client, fn, () => client.json('GET', functionPath(parseTarget(fn).function)));
      const [method, path] =
        options.replace === true ? (['PUT', triggerPath(options.name!)] as const) : (['POST', '/v1/triggers'] as const);
      const trigger = await sendJson<TriggerView>(client, method, path, body);
      if (options.json) return printJson(trigger);
      print(`${paint('green', '✔')} ${paint('bold', trigger.name)} wakes ${targetOf(trigger)}: ${trigger.summary}`);
      if (trigger.path !== undefined) print(`its address: ${client.url}${trigger.path}`);
      if (trigger.lastError !== undefined) note(`it does not run yet: ${trigger.lastError.message}`);
      else if (trigger.next?.length === 0) note('it will never fire: no time of it is still to come');
    });
}

function defineLooking(command: Command): void {
  command
    .command('list')
    .summary('list triggers and how they stand')
    .description('Lists triggers and how they stand.')
    .argument('[function]', 'only triggers of this function')
    .option('--type <type>', 'only triggers of this type')
    .action(async (fn: string | undefined, _options, self: Command) => {
      const { type, json } = optionsOf<{ type?: string }>(self);
      const client = await clientOf(self);
      const triggers = await allTriggers(client, { function: fn, type });
      // A function that was removed may still have triggers, so its absence is told only where there are none.
      if (fn !== undefined && triggers.length === 0) {
        await aboutFunction(client, fn, () => client.json('GET', functionPath(fn)));
      }
      if (json) return printJson(triggers);
      if (triggers.length === 0) {
        return note(`no triggers: ${ownCommand()} trigger add ${fn ?? '<function>'} schedule 'rate(5 minutes)'`);
      }
      printTriggers(triggers);
    });
  command
    .command('show')
    .summary('show one trigger: next times, counts, lag, last error')
    .description('Shows one trigger: its source, next times, counts, lag and last error.')
    .argument('<trigger>')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const trigger = await aboutTrigger(client, name, () => client.json<TriggerView>('GET', triggerPath(name)));
      if (optionsOf(self).json) return printJson(trigger);
      printTrigger(trigger, client.url);
    });
  command
    .command('types')
    .summary('list the kinds of triggers, or explain the options of one')
    .description('Lists the kinds of triggers, or explains the options of one.')
    .argument('[type]')
    .action(async (name: string | undefined, _options, self: Command) => {
      const types = await allTypes(await clientOf(self));
      const found = name === undefined ? undefined : typeNamed(types, name);
      if (optionsOf(self).json) return printJson(found ?? types);
      if (found === undefined) printTypes(types);
      else printType(found);
    });
}

interface TestAnswer {
  readonly event: unknown;
  readonly matched: boolean;
  readonly payload?: unknown;
  readonly run?: { invocationId: string; status: string; result?: unknown; error?: string };
}

function defineTrying(command: Command): void {
  command
    .command('test')
    .summary('run the function now with a sample of the source')
    .description('Leads a sample, or an event of yours, through filter and mapping, and runs the function with it.')
    .argument('<trigger>')
    .option('--event <json>', 'a CloudEvent, as JSON, @file or - for standard input')
    .option('--dry-run', 'show what the function would get, and do not run it')
    .action(async (name: string, _options, self: Command) => {
      const { event, dryRun, json } = optionsOf<{ event?: string; dryRun?: boolean }>(self);
      const client = await clientOf(self);
      const body = {
        dryRun: dryRun === true,
        ...(event !== undefined && { event: parseJsonOption((await readData(event)).toString(), '--event') }),
      };
      const answer = await aboutTrigger(client, name, () =>
        sendJson<TestAnswer>(client, 'POST', triggerPath(name, '/test'), body),
      );
      if (answer.run !== undefined && answer.run.status !== 'succeeded') process.exitCode = EXIT.functionFailed;
      if (json) return printJson(answer);
      printTest(answer);
    });
  command
    .command('replay')
    .summary('deliver events of the past again')
    .description(
      'Has the source make the events of this time anew, where it can: a schedule its times, a bucket the objects that it holds. With --dead, delivers the dead events again that ended in this time.',
    )
    .argument('<trigger>')
    .requiredOption('--from <when>', 'from when: 10m, 2h, 2026-01-31T12:00')
    .option('--to <when>', 'until when; default: now')
    .option('--dead', 'only dead events')
    .addHelpText(
      'after',
      examples(['fob trigger replay resize-photos --from 2h', ''], ['fob trigger replay work --from 1d --dead', '']),
    )
    .action(async (name: string, _options, self: Command) => {
      const { from, to, dead, json } = optionsOf<{ from: string; to?: string; dead?: boolean }>(self);
      const client = await clientOf(self);
      const now = Date.now();
      const body = {
        from: String(parseSinceMs(from, '--from', now)),
        ...(to !== undefined && { to: String(parseSinceMs(to, '--to', now)) }),
        ...(dead === true && { state: 'dead' }),
      };
      const answer = await aboutTrigger(client, name, () =>
        sendJson<{ replayed: number }>(client, 'POST', triggerPath(name, '/replay'), body),
      );
      if (json) return printJson(answer);
      note(
        answer.replayed === 0 ? 'there was nothing to deliver again' : `${count(answer.replayed, 'event')} on the way`,
      );
    });
}

function printTest({ event, matched, payload, run }: TestAnswer): void {
  const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 2));
  printPairs([
    ['event', shown(event)],
    ['filter', matched ? 'lets it through' : 'keeps it out'],
    ...(payload === undefined ? [] : ([['payload', shown(payload)]] as [string, string][])),
    ...(run === undefined ? [] : ([['run', `${run.status}, ${run.invocationId}`]] as [string, string][])),
    ...(run?.error === undefined ? [] : ([['error', run.error]] as [string, string][])),
    ...(run?.result === undefined ? [] : ([['result', shown(run.result)]] as [string, string][])),
  ]);
}

function defineCare(command: Command): void {
  for (const [verb, enabled, what] of [
    ['pause', false, 'is paused'],
    ['resume', true, 'runs'],
  ] as const) {
    command
      .command(verb)
      .summary(enabled ? 'let a paused trigger run again' : 'keep a trigger without letting it run')
      .description(
        enabled
          ? 'Lets paused triggers run again; what happened meanwhile is not caught up.'
          : 'Stops triggers, which stay. Events that wait are still delivered.',
      )
      .argument('<trigger...>')
      .action(async (names: string[], _options, self: Command) => {
        const client = await clientOf(self);
        const changed: TriggerView[] = [];
        for (const name of names) {
          const patch = () => sendJson<TriggerView>(client, 'PATCH', triggerPath(name), { enabled });
          changed.push(await aboutTrigger(client, name, patch));
          if (!optionsOf(self).json) print(`${paint('green', '✔')} ${name} ${what}`);
        }
        if (optionsOf(self).json) printJson(changed);
      });
  }
  command
    .command('rm')
    .summary('remove triggers')
    .description('Removes triggers. Events that wait are still delivered.')
    .argument('<trigger...>')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'trigger',
        remove: (client, name) => aboutTrigger(client, name, () => client.json('DELETE', triggerPath(name))),
      }),
    );
}

function defineApply(command: Command): void {
  command
    .command('apply')
    .summary('make triggers as a file says')
    .description(
      `Creates and changes triggers so that they are as a YAML or JSON file says: a list of documents as the API has them, each with its name. Says what changes first. Triggers that the file does not name stay. A text \${NAME} is the value of that environment variable.`,
    )
    .argument('<file>', 'the file, or - for standard input')
    .option('--dry-run', 'only say what would change')
    .addHelpText(
      'after',
      examples(['fob trigger apply triggers.yaml --dry-run', ''], ['fob trigger apply triggers.yaml', '']),
    )
    .action(async (file: string, _options, self: Command) => {
      const { dryRun, json } = optionsOf<{ dryRun?: boolean }>(self);
      const client = await clientOf(self);
      const text = (await readData(file === '-' ? '-' : `@${file}`)).toString();
      const changes = await planChanges(client, readTriggerFile(text, process.env));
      const clash = changes.find(({ differences }) => differences.some((each) => each.startsWith('type: ')));
      if (clash !== undefined) {
        throw new Failure(EXIT.refused, `"${clash.name}" is of another type: remove it first, or choose another name`);
      }
      if (!json) printChanges(changes);
      if (dryRun !== true) for (const change of changes) await applyChange(client, change);
      if (json) {
        printJson(changes.map(({ name, kind, differences }) => ({ name, change: kind, differences })));
      } else if (dryRun !== true) {
        const made = changes.filter(({ kind }) => kind !== 'keep').length;
        note(made === 0 ? 'nothing to change' : `${count(made, 'trigger')} changed`);
      }
    });
}

const SIGNS = { create: paint('green', '+'), change: paint('yellow', '~'), keep: paint('dim', '=') };

function printChanges(changes: readonly Change[]): void {
  for (const { kind, name, document, differences } of changes) {
    print(`${SIGNS[kind]} ${name}${kind === 'create' ? `: ${document.type} wakes ${document.function}` : ''}`);
    for (const difference of differences) print(`    ${difference}`);
  }
}
