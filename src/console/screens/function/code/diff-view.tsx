import { visible } from '../../../ui/visible.ts';
import classes from './code.module.css';
import { diffLines } from './diff-lines.ts';

/** A unified difference of two texts, line by line; added and removed lines have a sign, and words for those who do not see it. */
export function DiffView({ diff, label }: { readonly diff: string; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.diff} tabIndex={0} aria-label={label}>
      <pre>
        {diffLines(diff).map(({ kind, text, before, after }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <span key={at} data-kind={kind} className={classes.line}>
            <span className={classes.number} data-number={before} aria-hidden />
            <span className={classes.number} data-number={after} aria-hidden />
            {text === '' ? ' ' : visible(text)}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}
