import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useFunctions } from '../../api/functions.ts';
import { ANY } from '../../api/may.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { useHasScreen } from '../../ui/screens.ts';
import { Attention } from './attention.tsx';
import { Changes } from './changes.tsx';
import { Figures } from './figures.tsx';
import { FunctionList } from './function-list.tsx';
import classes from './home.module.css';

/** How the platform is, what needs attention, what changed lately, and all functions. */
export default function Home() {
  const functions = useFunctions();
  const canCreate = useHasScreen('create');
  return (
    <Page
      title="Home"
      actions={
        canCreate && (
          <May action="function:deploy" on={ANY}>
            <Button component={Link} to="/create" leftSection={<IconPlus size={16} aria-hidden />}>
              Create a function
            </Button>
          </May>
        )
      }
    >
      <Figures />
      <div className={classes.pair}>
        <Attention />
        <Changes />
      </div>
      <FunctionList functions={functions} />
      <CommandLine words={['top']} />
    </Page>
  );
}
