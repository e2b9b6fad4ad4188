import classes from './content-view.module.css';
import { prettyJson, prettyValue } from './pretty-json.ts';
import { visible } from './visible.ts';

interface ContentViewProps {
  /** What it is, for those who do not see it. */
  readonly label: string;
  /** A text, which may be JSON, or a value that is shown as JSON. */
  readonly content: unknown;
}

/** What somebody sent, as text; JSON with its lines in order. */
export function ContentView({ label, content }: ContentViewProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <pre className={classes.content} role="region" tabIndex={0} aria-label={label}>
      {visible(typeof content === 'string' ? prettyJson(content) : prettyValue(content))}
    </pre>
  );
}
