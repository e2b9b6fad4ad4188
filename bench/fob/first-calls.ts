import type { Bench } from '../scenario.ts';
import type { FobNode, Language } from './node.ts';

interface RegisteredNode {
  readonly node: FobNode;
  readonly ids: readonly string[];
}

/**
 * A node with functions that were never called: they are registered, then the node is restarted, so that nothing of their
 * registration is left in a sandbox.
 */
export async function nodeWithFunctions(
  bench: Bench,
  language: Language,
  count: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<RegisteredNode> {
  const dataFolder = bench.path(`data-${language}`);
  bench.say(`registering ${count} ${language} functions`);
  const ids = await registerAndStop(bench, dataFolder, language, count);
  const node = await bench.startNode({ dataFolder, settings });
  return { node, ids };
}

async function registerAndStop(bench: Bench, dataFolder: string, language: Language, count: number): Promise<string[]> {
  await using node = await bench.startNode({ dataFolder });
  return await node.registerMany(language, count);
}

/** The functions' first calls one after another, in milliseconds; `before` runs ahead of each. */
export async function firstCalls(
  node: FobNode,
  ids: readonly string[],
  before: () => Promise<void> = async () => {},
): Promise<number[]> {
  const durations: number[] = [];
  for (const id of ids) {
    await before();
    durations.push((await node.call(id)).ms);
  }
  return durations;
}
