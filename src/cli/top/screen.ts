import { forTerminal } from '../output.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_REST = '\x1b[J';

/** The terminal, taken whole: what was on it is there again after `leave`, which also comes when the process ends by any way but a kill. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  draw(lines: readonly string[]): void;
  leave(): void;
}

/** Takes the terminal that standard input and output are. */
export function enterScreen(options: {
  onKeys: (text: string) => void;
  onResize: () => void;
  onSignal: () => void;
}): Screen {
  const { stdin, stdout } = process;
  let left = false;
  const onData = (data: Buffer): void => options.onKeys(data.toString('utf8'));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const leave = (): void => {
    if (left) return;
    left = true;
    process.off('exit', leave);
    for (const signal of signals) process.off(signal, options.onSignal);
    stdout.off('resize', options.onResize);
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  process.on('exit', leave);
  for (const signal of signals) process.on(signal, options.onSignal);
  stdout.on('resize', options.onResize);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', onData);
  stdout.write(ENTER);
  return {
    get width() {
      return stdout.columns || 80;
    },
    get height() {
      return stdout.rows || 24;
    },
    draw(lines) {
      if (left) return;
      stdout.write(`${HOME}${lines.map((line) => forTerminal(line) + CLEAR_LINE).join('\r\n')}${CLEAR_REST}`);
    },
    leave,
  };
}
