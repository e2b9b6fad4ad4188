import { isDeepStrictEqual } from 'node:util';
import Type from 'typebox';
import { demand, findJson, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';

interface Subscription {
  readonly destination: string;
  readonly filter?: Readonly<Record<string, unknown>>;
}
interface TopicView {
  readonly revision: number;
  readonly subscriptions: readonly (Subscription & { readonly id: string })[];
}

/** Topics, and the queues, buckets and addresses that subscribe to them; functions subscribe by triggers. */
export const topics: Section = {
  key: 'topics',
  noun: 'topic',
  namePattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
  schema: Type.Object(
    {
      subscriptions: Type.Optional(
        Type.Array(
          Type.Union([
            Type.String({ minLength: 1 }),
            Type.Object(
              {
                destination: Type.String({ minLength: 1, description: '`queue:<name>`, `bucket:<name>` or a URL' }),
                filter: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
              },
              { additionalProperties: false },
            ),
          ]),
          { words: 'a list of destinations, each as `queue:<name>`, or a map of `destination` and `filter`' },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  async read(_name, entry) {
    const written = (entry.subscriptions ?? []) as readonly (string | Subscription)[];
    const subscriptions = written.map((each) => (typeof each === 'string' ? { destination: each } : each));
    return { fields: { subscriptions: inOrder(subscriptions) } };
  },
  async current(api, names) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const view = await findJson<TopicView>(api, pathOf(name));
      if (view === undefined) continue;
      const subscriptions = view.subscriptions.map(({ destination, filter }) => ({
        destination,
        ...(filter !== undefined && { filter }),
      }));
      found.set(name, { fields: { subscriptions: inOrder(subscriptions) }, revision: view.revision });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    const view =
      actual === undefined
        ? await api.json<TopicView>('PUT', pathOf(name), { headers: demand(0) })
        : await api.json<TopicView>('GET', pathOf(name));
    // The first change finds the topic as the plan saw it; those that follow add and end subscriptions one by one.
    let headers = demand(actual?.revision ?? view.revision);
    const subscriptions = wanted.fields.subscriptions as readonly Subscription[];
    const same = (one: Subscription, other: Subscription) =>
      one.destination === other.destination && isDeepStrictEqual(one.filter, other.filter);
    for (const each of subscriptions) {
      if (view.subscriptions.some((other) => same(each, other))) continue;
      await sendDocument(api, 'POST', `${pathOf(name)}/subscriptions`, each, headers);
      headers = {};
    }
    for (const each of view.subscriptions) {
      if (subscriptions.some((other) => same(each, other))) continue;
      await api.json('DELETE', `${pathOf(name)}/subscriptions/${encodeURIComponent(each.id)}`, { headers });
      headers = {};
    }
  },
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

function inOrder(subscriptions: readonly Subscription[]): Subscription[] {
  const key = ({ destination, filter }: Subscription) => `${destination} ${JSON.stringify(filter ?? null)}`;
  return [...subscriptions].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function pathOf(name: string): string {
  return `/v1/topics/${encodeURIComponent(name)}`;
}
