import { EXIT, Failure } from '../failure.ts';
import { parseDurationMs } from '../human.ts';

/** How a release goes on. */
export interface Steps {
  readonly steps: readonly number[];
  readonly everyMs: number;
}

const DEFAULT_STEPS = '10%/1m';
const DEFAULT_EVERY = '1m';
const MAX_STEPS = 100;

/**
 * Reads `10%/1m` (linear: ten percent more each minute) or `5,25,50,100` with a time for each. Throws a usage failure.
 */
export function parseSteps(text: string = DEFAULT_STEPS, every: string | undefined = undefined): Steps {
  const linear = /^(\d+(?:\.\d+)?)\s*%\s*\/\s*(\S+)$/.exec(text.trim());
  if (linear !== null) {
    if (every !== undefined) throw wrong(`"${text}" says how long a step takes already: leave --every out`);
    return { steps: linearSteps(Number(linear[1])), everyMs: parseDurationMs(linear[2]!, '--steps') };
  }
  const shares = text.split(',').map((part) => /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(part)?.[1]);
  const steps = shares.map(Number);
  if (shares.includes(undefined)) throw wrong(`"${text}" is not written like 10%/1m or 5,25,50,100`);
  const falls = steps.findIndex((share, place) => share <= (steps[place - 1] ?? 0) || share > 100);
  if (falls !== -1) throw wrong(`"${text}": shares rise from above 0 to 100 percent, and ${steps[falls]} does not`);
  if (steps.at(-1) !== 100) steps.push(100);
  return { steps, everyMs: parseDurationMs(every ?? DEFAULT_EVERY, '--every') };
}

function linearSteps(share: number): number[] {
  if (!(share >= 1) || share > 100) throw wrong(`a step of ${share}% is not between 1% and 100%`);
  const steps: number[] = [];
  for (let count = 1; count * share < 100 && steps.length < MAX_STEPS; count++)
    steps.push(Number((count * share).toFixed(4)));
  return [...steps, 100];
}

function wrong(why: string): Failure {
  return new Failure(EXIT.usage, `--steps: ${why}`);
}

/** Reads `3`, or `3=90` and `4=10`; `numberOf` reads what is no number yet, such as `latest`. Throws a usage failure. */
export async function parseShares(
  words: readonly string[],
  numberOf: (text: string) => Promise<number>,
): Promise<{ version: number; weight: number }[]> {
  const shares = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  if (shares.length === 1 && !shares[0]!.includes('=')) return [{ version: await numberOf(shares[0]!), weight: 100 }];
  if (shares.length > 2) {
    throw new Failure(
      EXIT.usage,
      `an alias shares its calls between two versions at most, and ${shares.length} are named`,
    );
  }
  return Promise.all(
    shares.map(async (share) => {
      const found = /^([^=]+)=(\d+(?:\.\d+)?)%?$/.exec(share);
      if (found === null)
        throw new Failure(EXIT.usage, `"${share}" is not written like 3=90: a version, and its share in percent`);
      return { version: await numberOf(found[1]!), weight: Number(found[2]) };
    }),
  );
}
