import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconTerminal2 } from '@tabler/icons-react';
import classes from './command-line.module.css';
import { shellWord } from './shell-words.ts';

/** A line ends before an option, never within it. */
const OPTION = /(?<=^| )(--[a-z][a-z-]*)(?= |$)/;

interface CommandLineProps {
  /**
   * The words after `fob`, each quoted where a shell needs it; or a whole command as the API tells it. Absent while something
   * is missing that it needs: a command that cannot be run is not shown.
   */
  readonly words: readonly string[] | string | undefined;
}

/** The command that does, or shows, the same as what stands above it, to be copied. */
export function CommandLine({ words }: CommandLineProps) {
  if (words === undefined) {
    return (
      <div className={classes.line} data-waiting>
        <IconTerminal2 size={15} stroke={1.6} aria-hidden />
        <span className={classes.code}>The command that does the same comes when all of it is filled in</span>
      </div>
    );
  }
  const command = typeof words === 'string' ? words : ['fob', ...words.map(shellWord)].join(' ');
  return (
    <div className={classes.line}>
      <IconTerminal2 size={15} stroke={1.6} aria-hidden />
      <code className={classes.code} title="The same on the command line">
        {command.split(OPTION).map((part, at) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name, and the same one may come twice
          at % 2 === 1 ? <span key={at}>{part}</span> : part,
        )}
      </code>
      <CopyButton value={command} timeout={1_500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy the command'}>
            <ActionIcon size={24} onClick={copy} aria-label={copied ? 'Copied' : `Copy: ${command}`}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
