import { Text } from '@mantine/core';
import { ApiProblem, messageOf } from '../api/problem.ts';
import { DifferenceTable } from './difference-table.tsx';
import { type Difference, differencesOf } from './differences.ts';

/** Why something was not done, told at once to those who do not see it, too, with both states where two people changed one thing; nothing where there is no error. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === undefined || error === null) return null;
  const differences = differencesIn(error);
  return (
    <div role="alert">
      <Text size="sm" c="var(--fob-bad)">
        {messageOf(error)}
      </Text>
      {differences.length > 0 && (
        <DifferenceTable
          label="What stands now and what was to be saved"
          differences={differences}
          before="Stands now"
          after="Yours"
        />
      )}
    </div>
  );
}

/** Of a change that somebody else was faster than: how what was to be set stands now. */
function differencesIn(error: unknown): readonly Difference[] {
  if (!(error instanceof ApiProblem) || error.code !== 'precondition_failed') return [];
  const { current, given } = error.document as { current?: unknown; given?: unknown };
  if (!isMap(current) || !isMap(given)) return [];
  const now = isMap(current.settings) ? current.settings : current;
  return differencesOf(Object.fromEntries(Object.keys(given).map((name) => [name, now[name]])), given);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
