import { useMantineColorScheme } from '@mantine/core';
import { Spotlight } from '@mantine/spotlight';
import { IconBolt, IconBook2, IconKeyboard, IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useFunctions } from '../api/functions.ts';
import { SCREENS } from '../routes.tsx';
import { type FunctionTab, TABS } from '../screens/function/tabs.ts';
import { paletteStore, selectFirst, whenTypedAhead } from './palette-store.ts';
import { useThings } from './palette-things.ts';

/** Functions that are shown at once, and other things. */
const MOST = 12;

/** Of `price log`, the function and the tabs of its page whose titles begin with the last word; else the whole is a name. */
function wantedOf(words: string): { name: string; tabs: readonly FunctionTab[] } {
  const space = words.lastIndexOf(' ');
  const last = words.slice(space + 1);
  const tabs = space <= 0 ? [] : TABS.filter(({ path, title }) => path !== '' && title.toLowerCase().startsWith(last));
  return tabs.length === 0 ? { name: words, tabs } : { name: words.slice(0, space).trim(), tabs };
}

/** Finds any screen, any function, a tab of its page (`price log`), whatever else has a name, and every action by a few letters. */
export function Palette({ onHelp }: { readonly onHelp: () => void }) {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const [query, setQuery] = useState('');
  const words = query.trim().toLowerCase();
  const [isOpen, setOpen] = useState(false);
  const { data: functions = [] } = useFunctions({ enabled: isOpen });

  const screens = SCREENS.filter(({ title }) => title.toLowerCase().includes(words));
  const { name: wanted, tabs } = useMemo(() => wantedOf(words), [words]);
  const found = useMemo(() => {
    if (wanted === '') return functions.slice(0, MOST);
    const starts: typeof functions = [];
    const holds: typeof functions = [];
    for (const each of functions) {
      const at = each.name.toLowerCase().indexOf(wanted);
      if (at === 0) starts.push(each);
      else if (at > 0) holds.push(each);
      if (starts.length >= MOST) break;
    }
    return [...starts, ...holds].slice(0, MOST);
  }, [functions, wanted]);
  const places = found
    .flatMap(({ name, config }) => {
      const path = `/functions/${encodeURIComponent(name)}`;
      if (tabs.length === 0) return [{ title: name, path, description: config.description }];
      return tabs.map((tab) => ({ title: `${name}: ${tab.title}`, path: `${path}/${tab.path}`, description: '' }));
    })
    .slice(0, MOST);
  const things = useThings(words, isOpen).slice(0, MOST);
  const actions = [
    { title: 'Use light colours', icon: IconSun, run: () => setColorScheme('light') },
    { title: 'Use dark colours', icon: IconMoon, run: () => setColorScheme('dark') },
    { title: 'Keyboard shortcuts', icon: IconKeyboard, run: onHelp },
    { title: 'The API as a page', icon: IconBook2, run: () => window.location.assign('/docs') },
  ].filter(({ title }) => title.toLowerCase().includes(words));

  useEffect(() => whenTypedAhead((letter) => setQuery((before) => before + letter)), []);

  const shown = [...screens, ...places, ...things, ...actions].map(({ title }) => title);
  const list = shown.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another first entry
  useLayoutEffect(() => {
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
        placeholder="A function, a bucket, a screen, an action"
        aria-label="Find a function, a bucket, a screen, an action"
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
        {places.length > 0 && (
          <Spotlight.ActionsGroup label="Functions">
            {places.map(({ title, path, description }) => (
              <Spotlight.Action
                key={path}
                label={title}
                description={description}
                leftSection={<IconBolt size={18} stroke={1.6} aria-hidden />}
                onClick={() => void navigate(path)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {things.length > 0 && (
          <Spotlight.ActionsGroup label="Services and others">
            {things.map(({ title, path, kind, screen }) => {
              const Icon = SCREENS.find((each) => each.path === screen)!.icon;
              return (
                <Spotlight.Action
                  key={path}
                  label={title}
                  description={kind}
                  leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                  onClick={() => void navigate(path)}
                />
              );
            })}
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
