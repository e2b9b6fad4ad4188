import Type from 'typebox';
import { demand, findJson, type ProjectApi, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';
import { textMap } from './text-map.ts';

interface BucketView {
  readonly revision: number;
  readonly settings: { readonly versioning: string; readonly lifecycle: readonly unknown[]; readonly tags: object };
  readonly objects: number;
}

const days = Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 }));
const tags = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));

/** Buckets: versions, rules of expiry, tags. One that holds objects is not removed. */
export const buckets: Section = {
  key: 'buckets',
  noun: 'bucket',
  namePattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  schema: Type.Object(
    {
      versioning: Type.Optional(Type.Enum(['off', 'enabled', 'suspended'])),
      lifecycle: Type.Optional(
        Type.Array(
          Type.Object(
            {
              id: Type.String({ minLength: 1, maxLength: 255 }),
              enabled: Type.Optional(Type.Boolean()),
              prefix: Type.Optional(Type.String({ maxLength: 1_024 })),
              tags: Type.Optional(tags),
              expireDays: days,
              expireNoncurrentDays: days,
              abortUploadDays: days,
            },
            { additionalProperties: false },
          ),
        ),
      ),
      tags: Type.Optional(tags),
    },
    { additionalProperties: false },
  ),
  async read(_name, entry) {
    const rules = (entry.lifecycle ?? []) as readonly Readonly<Record<string, unknown>>[];
    const lifecycle = rules.map((rule) => ({
      enabled: true,
      prefix: '',
      ...rule,
      ...(rule.tags !== undefined && { tags: textMap(rule.tags) }),
    }));
    const fields = { versioning: entry.versioning ?? 'off', lifecycle, tags: textMap(entry.tags ?? {}) };
    return { fields, usual: { versioning: 'off' } };
  },
  async current(api: ProjectApi, names) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const view = await findJson<BucketView>(api, pathOf(name));
      if (view === undefined) continue;
      const { versioning, lifecycle, tags: own } = view.settings;
      const holds = view.objects === 0 ? undefined : `${view.objects} objects`;
      found.set(name, {
        fields: { versioning, lifecycle, tags: own },
        revision: view.revision,
        ...(holds !== undefined && { holds }),
      });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    const { revision } = actual ?? (await api.json<BucketView>('PUT', pathOf(name)));
    const { versioning, ...settings } = wanted.fields;
    // A bucket whose versions were never on cannot be told to be off.
    const isSame = versioning === (actual?.fields.versioning ?? 'off');
    const change = { ...settings, ...(!isSame && { versioning }) };
    await sendDocument(api, 'PATCH', pathOf(name), change, demand(revision));
  },
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

function pathOf(name: string): string {
  return `/v1/buckets/${encodeURIComponent(name)}`;
}
