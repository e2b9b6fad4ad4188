import { Badge, Group, MultiSelect, Radio, Select, Stack, Text } from '@mantine/core';
import { IconSearch, IconTemplateOff } from '@tabler/icons-react';
import { useSearchParams } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { lookOf } from '../../ui/trigger-form/trigger-form.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import type { BlueprintSummary } from './blueprint.ts';
import classes from './blueprints.module.css';
import { useCreation } from './context.tsx';
import shared from './create.module.css';
import { NO_PARTS } from './draft.ts';

const LANGUAGES: Readonly<Record<string, string>> = {
  python: 'Python',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
};

/** Blueprints to choose from, by words, language and trigger; the filters stand in the URL. */
export function Blueprints() {
  const query = useApi('/v1/blueprints', {}, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <QueryView query={query} what="The blueprints" rows={8}>
      {({ blueprints }) => <Gallery blueprints={blueprints} />}
    </QueryView>
  );
}

function Gallery({ blueprints }: { readonly blueprints: readonly BlueprintSummary[] }) {
  const { draft, update } = useCreation();
  const [params, setParams] = useSearchParams();
  const text = params.get('q') ?? '';
  const language = params.get('language');
  const triggers = params.getAll('trigger');
  const set = (name: string, values: readonly string[]) =>
    setParams(
      (before) => {
        before.delete(name);
        for (const value of values) if (value !== '') before.append(name, value);
        return before;
      },
      { replace: true },
    );
  const all = [...new Set(blueprints.flatMap((each) => each.triggers))];
  const found = blueprints.filter((each) => {
    const words = [each.name, each.title, each.summary, ...each.tags, ...each.shows].join(' ').toLowerCase();
    return (
      text
        .toLowerCase()
        .split(/\s+/)
        .every((word) => words.includes(word)) &&
      (language === null || (each.languages as string[]).includes(language)) &&
      (triggers.length === 0 || triggers.some((type) => each.triggers.includes(type)))
    );
  });
  const choose = (blueprint: string) =>
    update((before) => {
      if (before.blueprint === blueprint) return before;
      const { base: _, ...rest } = before;
      return { ...rest, blueprint, values: {}, parts: NO_PARTS };
    });
  return (
    <Stack gap="sm">
      <div className={classes.filters}>
        <TypedInput
          aria-label="Search blueprints"
          placeholder="Search: thumbnail, slack, cron …"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onText={(typed) => set('q', [typed])}
          // Enter in a search does not go on to the next step.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
        <Select
          aria-label="Language"
          placeholder="Any language"
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          value={language}
          onChange={(value) => set('language', [value ?? ''])}
          clearable
          clearButtonProps={{ 'aria-label': 'Any language' }}
        />
        <MultiSelect
          aria-label="Trigger"
          placeholder={triggers.length === 0 ? 'Any trigger' : ''}
          data={all.map((value) => ({ value, label: lookOf(value).title }))}
          value={triggers}
          onChange={(values) => set('trigger', values)}
          clearable
          clearButtonProps={{ 'aria-label': 'Any trigger' }}
        />
      </div>
      {found.length === 0 ? (
        <EmptyState icon={IconTemplateOff} title="No blueprint is like that">
          Search for fewer words, or take another language or trigger. You can also begin with code of your own.
        </EmptyState>
      ) : (
        <Radio.Group
          value={draft.blueprint ?? null}
          onChange={choose}
          aria-label={`Blueprints, ${found.length} of ${blueprints.length}`}
          name="blueprint"
        >
          <div className={classes.blueprints}>
            {found.map((each) => (
              <BlueprintRow key={each.name} blueprint={each} isChosen={each.name === draft.blueprint} />
            ))}
          </div>
        </Radio.Group>
      )}
      <CommandLine words={draft.blueprint === undefined ? ['new'] : ['new', draft.blueprint, '--show']} />
    </Stack>
  );
}

function BlueprintRow({ blueprint, isChosen }: { readonly blueprint: BlueprintSummary; readonly isChosen: boolean }) {
  const { name, title, summary, shows, languages, triggers } = blueprint;
  return (
    <Radio.Card value={name} className={classes.blueprint ?? ''}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Radio.Indicator mt={3} />
        <span className={shared.choiceWords}>
          <span className={classes.blueprintTop}>
            <span className={shared.choiceTitle}>{title}</span>
            <code className={classes.blueprintName}>{name}</code>
          </span>
          <Text component="span" size="sm">
            {summary}
          </Text>
          {isChosen && (
            <span className={classes.shows}>
              <Text component="span" size="xs" fw={600}>
                It shows
              </Text>
              {shows.map((line) => (
                <Text component="span" size="xs" c="dimmed" key={line}>
                  · {line}
                </Text>
              ))}
            </span>
          )}
          <Group component="span" gap={6} mt={2}>
            {languages.map((language) => (
              <Badge component="span" variant="default" size="sm" tt="none" fw={500} key={language}>
                {LANGUAGES[language] ?? language}
              </Badge>
            ))}
            {triggers.map((type) => {
              const { title: word, icon: Icon } = lookOf(type);
              return (
                <span className={classes.by} key={type}>
                  <Icon size={14} stroke={1.6} aria-hidden />
                  {word}
                </span>
              );
            })}
          </Group>
        </span>
      </Group>
    </Radio.Card>
  );
}
