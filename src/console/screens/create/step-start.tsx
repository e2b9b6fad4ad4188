import { Radio, Stack } from '@mantine/core';
import { IconBrandGit, IconCode, IconFileZip, IconTemplate } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Loading } from '../../ui/loading.tsx';
import { begun } from './begun.ts';
import { Blueprints } from './blueprints.tsx';
import { useCreation } from './context.tsx';
import classes from './create.module.css';
import { type Language, newFunction, type Start } from './draft.ts';
import { RepositoryFields } from './repository-fields.tsx';
import { STARTERS, started } from './starters.ts';

const DropArea = lazy(() => import('./drop-area.tsx'));
const PageDrop = lazy(() => import('./page-drop.tsx'));

const STARTS = [
  { value: 'blueprint', title: 'Blueprint', lead: 'Something that works, to be made yours', icon: IconTemplate },
  { value: 'code', title: 'Write code', lead: 'In the editor, here', icon: IconCode },
  { value: 'upload', title: 'ZIP or folder', lead: 'Drop it into this page', icon: IconFileZip },
  { value: 'repository', title: 'Git repository', lead: 'Each commit deploys itself', icon: IconBrandGit },
] as const;

/** Where the code comes from. */
export function StepStart() {
  const { draft, update } = useCreation();
  const begin = (start: Start) => update((before) => begun(before, start));
  return (
    <Stack gap="lg">
      <Radio.Group
        value={draft.start ?? null}
        onChange={(value) => begin(value as Start)}
        label="Where does the code come from?"
        name="start"
      >
        <div className={classes.choices}>
          {STARTS.map((start) => (
            <Choice key={start.value} {...start} />
          ))}
        </div>
      </Radio.Group>
      {draft.start === 'blueprint' && <Blueprints />}
      {draft.start === 'code' && <Languages />}
      {draft.start === 'upload' && (
        <Suspense fallback={<Loading rows={5} />}>
          <DropArea />
        </Suspense>
      )}
      {draft.start === 'repository' && <RepositoryFields />}
      {draft.start !== 'upload' && (
        <Suspense>
          <PageDrop />
        </Suspense>
      )}
    </Stack>
  );
}

function Languages() {
  const { draft, update } = useCreation();
  const choose = (language: Language) =>
    update((before) => {
      const [fn] = before.parts.functions;
      const isStarter = JSON.stringify(fn?.files) === JSON.stringify(started(before.language).files);
      const isEmpty = fn?.files.every(({ text }) => text.trim() === '') !== false;
      // What somebody wrote is not thrown away for a change of mind.
      const code = isStarter || isEmpty ? started(language) : {};
      return { ...before, language, parts: { ...before.parts, functions: [newFunction({ ...fn, ...code })] } };
    });
  return (
    <Radio.Group
      value={draft.language}
      onChange={(value) => choose(value as Language)}
      label="Language"
      description="You write the code in the third step, with the shape of your trigger’s event at hand"
      name="language"
    >
      <div className={classes.choices}>
        {Object.entries(STARTERS).map(([value, { title, lead }]) => (
          <Choice key={value} value={value} title={title} lead={lead} />
        ))}
      </div>
    </Radio.Group>
  );
}

interface ChoiceProps {
  readonly value: string;
  readonly title: string;
  readonly lead: string;
  readonly icon?: typeof IconCode;
}

function Choice({ value, title, lead, icon: Icon }: ChoiceProps) {
  return (
    <Radio.Card value={value} className={classes.choice ?? ''}>
      {Icon !== undefined && <Icon size={22} stroke={1.6} aria-hidden />}
      <span className={classes.choiceWords}>
        <span className={classes.choiceTitle}>{title}</span>
        <span className={classes.choiceLead}>{lead}</span>
      </span>
    </Radio.Card>
  );
}
