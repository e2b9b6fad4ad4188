import { ActionIcon, Burger, Kbd, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconBook2,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { Link } from 'react-router';
import { useSession, useSignOut } from '../api/session.ts';
import classes from './header.module.css';
import { LiveBadge } from './live-badge.tsx';
import { palette } from './palette-store.ts';

const SCHEMES = [
  { value: 'auto', title: 'As the system', icon: IconDeviceDesktop },
  { value: 'light', title: 'Light', icon: IconSun },
  { value: 'dark', title: 'Dark', icon: IconMoon },
] as const;

interface HeaderProps {
  readonly isMenuOpen: boolean;
  readonly onMenu: () => void;
  readonly onHelp: () => void;
}

/** Which node this is and whether it lives, the way to everything, and who one is. */
export function Header({ isMenuOpen, onMenu, onHelp }: HeaderProps) {
  const { session } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const Scheme = SCHEMES.find(({ value }) => value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <header className={classes.header}>
      <Burger
        className={classes.burger ?? ''}
        opened={isMenuOpen}
        onClick={onMenu}
        size="sm"
        aria-label={isMenuOpen ? 'Close the navigation' : 'Open the navigation'}
        aria-expanded={isMenuOpen}
      />
      <Link to="/" className={classes.brand} aria-label="Flock of Birds: home">
        <img src="/console/icon.svg" alt="" width={26} height={26} />
        <span className={classes.name}>Flock of Birds</span>
      </Link>
      <span className={classes.node} title="This node">
        {window.location.host}
      </span>
      <LiveBadge />
      <UnstyledButton className={classes.search ?? ''} onClick={palette.open}>
        <IconSearch size={15} aria-hidden />
        <span>Find anything</span>
        <Kbd size="xs" className={classes.kbd ?? ''}>
          Ctrl K
        </Kbd>
      </UnstyledButton>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Tooltip label="Colours">
            <ActionIcon size="lg" aria-label="Colours">
              <Scheme size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {SCHEMES.map(({ value, title, icon: Icon }) => (
            <Menu.Item
              key={value}
              leftSection={<Icon size={16} stroke={1.6} aria-hidden />}
              onClick={() => setColorScheme(value)}
              fw={value === colorScheme ? 620 : 400}
              aria-current={value === colorScheme || undefined}
            >
              {title}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon size="lg" aria-label={`You: ${session?.name ?? ''}`}>
            <IconUserCircle size={20} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            Signed in as <b>{session?.name}</b>
          </Menu.Label>
          <Menu.Item component={Link} to="/profile" leftSection={<IconUserCircle size={16} aria-hidden />}>
            Profile and tokens
          </Menu.Item>
          <Menu.Item component="a" href="/docs" leftSection={<IconBook2 size={16} aria-hidden />}>
            The API
          </Menu.Item>
          <Menu.Item onClick={onHelp} leftSection={<IconKeyboard size={16} aria-hidden />}>
            Keyboard shortcuts
          </Menu.Item>
          {session?.credentialsDemanded && (
            <Menu.Item onClick={() => void signOut()} leftSection={<IconLogout size={16} aria-hidden />}>
              Sign out
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}
