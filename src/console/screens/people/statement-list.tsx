import { StatusBadge } from '../../ui/status-badge.tsx';
import classes from './people.module.css';
import { type Statement, sentenceOf } from './statement.ts';

/** What statements say, each as a sentence, in the order of their numbers. */
export function StatementList({ statements }: { readonly statements: readonly Statement[] }) {
  return (
    <ol className={classes.statements}>
      {statements.map((statement, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: statements are known by their numbers
        <li key={at}>
          <StatusBadge tone={statement.effect === 'allow' ? 'good' : 'bad'}>
            {statement.effect === 'allow' ? 'may' : 'may not'}
          </StatusBadge>
          <span>{sentenceOf(statement)}</span>
        </li>
      ))}
    </ol>
  );
}
