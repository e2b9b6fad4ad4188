import { FocusTrap } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { NavLink } from 'react-router';
import { SCREENS } from '../routes.tsx';
import type { Screen } from '../ui/screens.ts';
import classes from './navigation.module.css';

const GROUPS: readonly { id: NonNullable<Screen['group']>; title: string }[] = [
  { id: 'build', title: 'Build' },
  { id: 'watch', title: 'Watch' },
  { id: 'services', title: 'Services' },
  { id: 'govern', title: 'Govern' },
];

interface NavigationProps {
  /** On narrow windows, where it lies above the page. */
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The way to the screens, in their groups. On narrow windows it opens above the page and closes by Escape. */
export function Navigation({ isOpen, onClose }: NavigationProps) {
  const isNarrow = useMediaQuery('(max-width: 900px)', window.innerWidth <= 900, { getInitialValueInEffect: false });
  const isHidden = isNarrow && !isOpen;
  return (
    <>
      {isNarrow && isOpen && <div className={classes.shade} onClick={onClose} aria-hidden />}
      <FocusTrap active={isNarrow && isOpen}>
        <nav
          className={classes.navigation}
          aria-label="Main"
          data-open={isOpen || undefined}
          hidden={isHidden}
          onKeyDown={(event) => event.key === 'Escape' && onClose()}
        >
          {GROUPS.map(({ id, title }) => {
            const screens = SCREENS.filter(({ group }) => group === id);
            if (screens.length === 0) return null;
            return (
              <div key={id} className={classes.group}>
                <h2 className={classes.title}>{title}</h2>
                <ul className={classes.list}>
                  {screens.map(({ path, title: name, icon: Icon }) => (
                    <li key={path}>
                      <NavLink to={`/${path.replace('/*', '')}`} end={path === ''} className={classes.link ?? ''}>
                        <Icon size={17} stroke={1.6} aria-hidden />
                        {name}
                      </NavLink>
                    </li>
                  ))}
                </ul>
              </div>
            );
          })}
        </nav>
      </FocusTrap>
    </>
  );
}
