import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../api/hooks.ts';
import { cpuBetween, type MeasuredSandbox, type SandboxView } from './sandbox.ts';

/** Two measurements that are closer tell nothing of the CPU. */
const LEAST_MS = 800;

type Usage = NonNullable<SandboxView['usage']>;

/** All sandboxes with what they take, which the feed says about once a second to be measured anew while somebody asks for it. */
export function useSandboxes() {
  const query = useApi('/v1/sandboxes', { query: { usage: true } });
  const before = useRef<ReadonlyMap<string, Usage>>(new Map());
  const [cpu, setCpu] = useState<ReadonlyMap<string, number>>(new Map());
  const found = query.data?.sandboxes;
  useEffect(() => {
    if (found === undefined) return;
    const now = new Map(found.flatMap(({ sandboxId, usage }) => (usage === undefined ? [] : [[sandboxId, usage]])));
    const first = now.values().next().value;
    const old = before.current.values().next().value;
    if (first !== undefined && old !== undefined && first.atMs - old.atMs < LEAST_MS) return;
    setCpu(cpuBetween(before.current, found));
    before.current = now;
  }, [found]);
  const sandboxes: MeasuredSandbox[] | undefined = found?.map((sandbox) => ({
    ...sandbox,
    cpuCores: cpu.get(sandbox.sandboxId),
  }));
  return { query, sandboxes };
}
