import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { harmless } from '../../model/harmless.ts';

/** A question of a push has at most so many refs, and so many bytes. */
const MAX_QUESTION_BYTES = 1_048_576;

/** A line of its own, which no ref and no folder is; lines before it may be empty, and come in any pieces. */
const END = '\nend\n';

/**
 * The hook that Git runs before it accepts a push. It asks the node, over the descriptor that the node gave Git, and shows what
 * that says. Nobody else can be asked, and where the node is gone the push is refused.
 */
const SCRIPT = `#!/bin/sh
{ echo "$GIT_OBJECT_DIRECTORY"; echo "$GIT_ALTERNATE_OBJECT_DIRECTORIES"; echo "$GIT_QUARANTINE_PATH"; cat; echo end; } >&3
while IFS= read -r line <&3; do
  case "$line" in
    yes) exit 0 ;;
    no) exit 1 ;;
    *) printf '%s\\n' "\${line#:}" ;;
  esac
done
echo 'the node ended before it could deploy'
exit 1
`;

/** Writes the hook into a folder of its own, and resolves with that. */
export async function writeHook(hooks: string): Promise<string> {
  await mkdir(hooks, { recursive: true, mode: 0o700 });
  const path = join(hooks, 'pre-receive');
  await writeFile(path, SCRIPT, { mode: 0o700 });
  await chmod(path, 0o700);
  return hooks;
}

/** A ref that is to change. Zeros stand for one that is not there. */
export interface RefChange {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

export interface Question {
  readonly changes: readonly RefChange[];
  /** How Git finds the objects that were pushed and are not accepted yet. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Asker {
  /** Shows a line at the terminal of whoever pushes; Git passes on what it gets, and so it is made harmless. */
  tell(line: string): void;
}

/** Waits for the hook's question and answers it; `decide` says whether the refs may change. */
export function answerHook(
  channel: Readable & Writable,
  decide: (question: Question, asker: Asker) => Promise<boolean>,
): void {
  let text = '';
  let asked = false;
  channel.setEncoding('utf8');
  channel.on('data', (piece: string) => {
    if (asked) return;
    text += piece;
    if (text.length > MAX_QUESTION_BYTES) {
      asked = true;
      channel.write(':the push changes too many refs at once\nno\n');
      return;
    }
    if (!text.endsWith(END)) return;
    asked = true;
    const asker: Asker = {
      tell: (line) => {
        if (!channel.destroyed) channel.write(`:${harmless(line.replaceAll('\n', ' '))}\n`);
      },
    };
    decide(parseQuestion(text), asker).then(
      (may) => channel.write(may ? 'yes\n' : 'no\n'),
      () => channel.write('no\n'),
    );
  });
}

export function parseQuestion(text: string): Question {
  const [objects = '', alternates = '', quarantine = '', ...lines] = text.split('\n');
  const changes = lines.flatMap((line) => {
    const [, before, after, ref] = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (.+)$/.exec(line) ?? [];
    return before === undefined || after === undefined || ref === undefined ? [] : [{ before, after, ref }];
  });
  return {
    changes,
    environment: {
      ...(objects !== '' && { GIT_OBJECT_DIRECTORY: objects }),
      ...(alternates !== '' && { GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates }),
      ...(quarantine !== '' && { GIT_QUARANTINE_PATH: quarantine }),
    },
  };
}
