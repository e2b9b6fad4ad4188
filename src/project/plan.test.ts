import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProjectApi } from './api.ts';
import type { ProjectFile } from './file/read.ts';
import { makePlan } from './plan.ts';
import type { Section, Wanted } from './section.ts';

test('a plan of many things lets other work in between', async () => {
  const place = (error: unknown) => error;
  const names = Array.from({ length: 2_000 }, (_, n) => `f${n}`);
  const file: ProjectFile = {
    project: 'many',
    environment: undefined,
    entries: new Map([['things', new Map(names.map((name) => [name, { entry: {}, place }]))]]),
  };
  let ticks = 0;
  let [most, since] = [0, 0];
  const busy = (): void => {
    since++;
    most = Math.max(most, since);
  };
  const section = {
    key: 'things',
    noun: 'thing',
    async read(): Promise<Wanted> {
      busy();
      return { fields: { a: 1 } } as unknown as Wanted;
    },
    async current() {
      return new Map();
    },
    async check() {
      busy();
      return [];
    },
  } as unknown as Section;
  const api = { json: async () => ({ projects: [] }) } as unknown as ProjectApi;
  let over = false;
  const other = (): void => {
    ticks++;
    since = 0;
    if (!over) setImmediate(other);
  };
  setImmediate(other);
  const plan = await makePlan(file, [section], { api, folder: '/', confined: true, origin: async () => ({}) });
  over = true;
  assert.equal(plan.steps.length, names.length);
  assert.ok(ticks > 100, `${ticks} times something else ran`);
  assert.ok(most <= 50, `${most} things without a pause`);
});
