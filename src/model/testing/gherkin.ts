/** One step of a scenario, with what stands below it. */
export interface Step {
  /** Without its keyword. */
  readonly text: string;
  readonly docString?: string;
  readonly table?: readonly (readonly string[])[];
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Block {
  kind: 'background' | 'scenario' | 'examples' | 'other';
  name: string;
  steps: { text: string; docString?: string; table?: string[][] }[];
  table: string[][];
}

/** Reads as much of Gherkin as specifications' feature files use: outlines with examples, tables and doc strings. */
export function readFeature(text: string): Scenario[] {
  const background: Step[] = [];
  const scenarios: Scenario[] = [];
  let outline: Block | undefined;
  const finish = (block: Block) => {
    if (block.kind === 'background') background.push(...block.steps);
    else if (block.kind === 'scenario') {
      outline = block;
      if (!JSON.stringify([block.name, block.steps]).includes('<')) {
        scenarios.push({ name: block.name, steps: [...background, ...block.steps] });
      }
    } else if (block.kind === 'examples' && outline !== undefined) {
      for (const { name, steps } of filledIn(outline, block.table)) {
        scenarios.push({ name, steps: [...background, ...steps] });
      }
    }
  };
  for (const block of blocks(text)) finish(block);
  return scenarios;
}

const HEADLINE = /^\s*(Feature|Background|Scenario Outline|Scenario|Examples):\s*(.*)$/;
const KINDS: Readonly<Record<string, Block['kind']>> = {
  Background: 'background',
  Scenario: 'scenario',
  'Scenario Outline': 'scenario',
  Examples: 'examples',
};

function blocks(text: string): Block[] {
  const found: Block[] = [];
  let docString: { indent: number; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const block = found.at(-1);
    const step = block?.steps.at(-1);
    const headline = HEADLINE.exec(line);
    if (line.trim() === '"""') {
      if (docString === undefined) docString = { indent: line.indexOf('"'), lines: [] };
      else {
        step!.docString = docString.lines.join('\n');
        docString = undefined;
      }
    } else if (docString !== undefined) docString.lines.push(line.slice(docString.indent));
    else if (headline !== null) {
      found.push({ kind: KINDS[headline[1]!] ?? 'other', name: headline[2]!.trim(), steps: [], table: [] });
    } else if (block !== undefined && /^\s*\|/.test(line)) {
      const row = line
        .trim()
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim());
      if (step === undefined) block.table.push(row);
      else step.table = [...(step.table ?? []), row];
    } else {
      const words = /^\s*(?:Given|When|Then|And|But)\s+(.*?)\s*$/.exec(line);
      if (words !== null) block!.steps.push({ text: words[1]! });
    }
  }
  return found;
}

/** An outline once for each row of its examples. */
function filledIn(outline: Block, [head = [], ...rows]: string[][]): { name: string; steps: Step[] }[] {
  return rows.map((row) => {
    const fill = (text: string) => head.reduce((filled, name, at) => filled.replaceAll(`<${name}>`, row[at]!), text);
    return {
      name: fill(outline.name),
      steps: outline.steps.map(({ text, docString, table }) => ({
        text: fill(text),
        ...(docString !== undefined && { docString: fill(docString) }),
        ...(table !== undefined && { table: table.map((cells) => cells.map(fill)) }),
      })),
    };
  });
}
