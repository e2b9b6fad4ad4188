import { useMantineColorScheme } from '@mantine/core';
import { Spotlight } from '@mantine/spotlight';
import { IconBolt, IconBook2, IconKeyboard, IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useFunctions } from '../api/functions.ts';
import { SCREENS } from '../routes.tsx';
import { paletteStore, selectFirst } from './palette-store.ts';

/** Functions that are shown at once. */
const MOST = 12;

/** Finds any screen, any function and every action by a few letters. */
export function Palette({ onHelp }: { readonly onHelp: () => void }) {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const [query, setQuery] = useState('');
  const words = query.trim().toLowerCase();
  const [isOpen, setOpen] = useState(false);
  const { data: functions = [] } = useFunctions({ enabled: isOpen });

  const screens = SCREENS.filter(({ title }) => title.toLowerCase().includes(words));
  const found = useMemo(() => {
    if (words === '') return functions.slice(0, MOST);
    const starts: typeof functions = [];
    const holds: typeof functions = [];
    for (const each of functions) {
      const at = each.name.toLowerCase().indexOf(words);
      if (at === 0) starts.push(each);
      else if (at > 0) holds.push(each);
      if (starts.length >= MOST) break;
    }
    return [...starts, ...holds].slice(0, MOST);
  }, [functions, words]);
  const actions = [
    { title: 'Use light colours', icon: IconSun, run: () => setColorScheme('light') },
    { title: 'Use dark colours', icon: IconMoon, run: () => setColorScheme('dark') },
    { title: 'Keyboard shortcuts', icon: IconKeyboard, run: onHelp },
    { title: 'The API as a page', icon: IconBook2, run: () => window.location.assign('/docs') },
  ].filter(({ title }) => title.toLowerCase().includes(words));

  const shown = [...screens, ...actions].map(({ title }) => title).concat(found.map(({ name }) => name));
  const list = shown.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another first entry
  useEffect(() => {
    if (isOpen) selectFirst();
  }, [list, isOpen]);

  return (
    <Spotlight.Root
      store={paletteStore}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K', '/']}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      clearQueryOnClose
      scrollable
      maxHeight={460}
    >
      <Spotlight.Search
        placeholder="A function, a screen, an action"
        aria-label="Find a function, a screen or an action"
        leftSection={<IconSearch size={18} stroke={1.6} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {screens.length > 0 && (
          <Spotlight.ActionsGroup label="Screens">
            {screens.map(({ path, title, icon: Icon }) => (
              <Spotlight.Action
                key={path}
                label={title}
                leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                onClick={() => void navigate(`/${path.replace('/*', '')}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.length > 0 && (
          <Spotlight.ActionsGroup label="Functions">
            {found.map(({ name, config }) => (
              <Spotlight.Action
                key={name}
                label={name}
                description={config.description}
                leftSection={<IconBolt size={18} stroke={1.6} aria-hidden />}
                onClick={() => void navigate(`/functions/${encodeURIComponent(name)}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {actions.length > 0 && (
          <Spotlight.ActionsGroup label="Actions">
            {actions.map(({ title, icon: Icon, run }) => (
              <Spotlight.Action
                key={title}
                label={title}
                leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                onClick={run}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shown.length === 0 && <Spotlight.Empty>Nothing has “{words}” in its name</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
