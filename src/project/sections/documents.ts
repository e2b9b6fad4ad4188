import { demand, findJson, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';

/** Of things that are one document each, at `<path>/<name>`: looked up, written in whole and removed there, as they were seen. */
export function documentsAt<View>(
  path: string,
  actualOf: (view: View) => Actual,
): Pick<Section, 'current' | 'apply' | 'remove'> {
  const pathOf = (name: string) => `${path}/${encodeURIComponent(name)}`;
  return {
    async current(api, names) {
      const found = new Map<string, Actual>();
      for (const name of names) {
        const view = await findJson<View>(api, pathOf(name));
        if (view !== undefined) found.set(name, actualOf(view));
      }
      return found;
    },
    async apply({ name, wanted, actual }, { api }) {
      await sendDocument(api, 'PUT', pathOf(name), wanted.fields, demand(actual?.revision ?? 0));
    },
    async remove(name, { revision }, { api }) {
      await api.json('DELETE', pathOf(name), { headers: demand(revision) });
    },
  };
}
