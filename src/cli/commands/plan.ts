import type { Command } from 'commander';
import { isEmpty } from '../../project/plan.ts';
import { planDocument, renderPlan } from '../../project/render.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT } from '../failure.ts';
import { paint, print, printJson } from '../output.ts';
import { loadPlan, type ProjectOptions, projectApi, statedOrigin } from '../project-file/load.ts';
import { addProjectOptions } from '../project-file/options.ts';

export function define(command: Command): void {
  addProjectOptions(command)
    .description(
      'Reads the project file fob.yaml and says what fob apply would create, change and remove, from what to what, and ' +
        'what was changed outside of the file since it was applied last. Changes nothing.',
    )
    .option('--detailed-exitcode', `exit with ${EXIT.changes} where there is something to change`)
    .addHelpText(
      'after',
      examples(
        ['fob plan', ''],
        ['fob plan --env prod --var region=eu', ''],
        ['fob plan --detailed-exitcode --json', 'for a pipeline'],
      ),
    )
    .action(async (_options, self: Command) => {
      const options = optionsOf<ProjectOptions & { detailedExitcode?: boolean }>(self);
      const plan = await loadPlan(projectApi(await clientOf(self)), options, statedOrigin());
      if (options.json) printJson(planDocument(plan));
      else print(renderPlan(plan, paint).join('\n'));
      if (options.detailedExitcode && !isEmpty(plan)) process.exitCode = EXIT.changes;
    });
}
