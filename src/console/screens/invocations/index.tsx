import { Select } from '@mantine/core';
import { Route, Routes } from 'react-router';
import { useFunctions } from '../../api/functions.ts';
import { NotFound } from '../../ui/not-found.tsx';
import { Page } from '../../ui/page.tsx';
import { useWords } from '../../ui/words.ts';
import classes from './invocations.module.css';
import { InvocationList } from './list.tsx';
import { InvocationPage } from './one.tsx';

/** Invocations of all functions, and the page of one. */
export default function Invocations() {
  return (
    <Routes>
      <Route
        index
        element={
          <Page title="Invocations" lead="Every call of every function, and how it ended">
            <InvocationList>
              <FunctionFilter />
            </InvocationList>
          </Page>
        }
      />
      <Route path=":id" element={<InvocationPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}

function FunctionFilter() {
  const functions = useFunctions();
  const [{ function: chosen }, change] = useWords(['function']);
  const names = new Set([...(functions.data ?? []).map(({ name }) => name), ...(chosen === '' ? [] : [chosen])]);
  return (
    <Select
      size="xs"
      className={classes.functions ?? ''}
      aria-label="Function"
      placeholder="All functions"
      data={[...names]}
      value={chosen === '' ? null : chosen}
      onChange={(name) => change({ function: name ?? '' }, true)}
      limit={60}
      searchable
      clearable
      nothingFoundMessage="No function is called like that"
    />
  );
}
