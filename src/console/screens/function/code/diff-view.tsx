import classes from './code.module.css';

/** A unified difference of two texts, line by line; added and removed lines have a sign, and words for those who do not see it. */
export function DiffView({ diff, label }: { readonly diff: string; readonly label: string }) {
  const lines = diff.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.diff} tabIndex={0} aria-label={label}>
      <pre>
        {lines.map((line, at) => {
          const kind = line.startsWith('@@')
            ? 'place'
            : line[0] === '+'
              ? 'added'
              : line[0] === '-'
                ? 'removed'
                : 'same';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
            <span key={at} data-kind={kind} className={classes.line}>
              {line === '' ? ' ' : line}
              {'\n'}
            </span>
          );
        })}
      </pre>
    </section>
  );
}
