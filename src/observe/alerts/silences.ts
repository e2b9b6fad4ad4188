import type { NewSilence, Silence } from '../../model/alert.ts';
import type { Clock } from '../../model/clock.ts';
import { formatId, newId } from '../../model/id.ts';
import { Problem } from '../../model/problem.ts';
import { Documents } from '../../store/documents.ts';
import type { Registry } from '../../store/registry.ts';
import { hasTag, matchesGlob } from './glob.ts';
import type { Incident } from './incident.ts';
import type { Functions } from './ports.ts';

const MAX_SILENCES = 500;

/** What nobody is told of for a while. */
export interface Silences {
  /** Those that are not over. */
  list(): Silence[];
  /** The silence that an incident falls under. */
  of(incident: Pick<Incident, 'id' | 'function'>): Silence | undefined;
  add(silence: NewSilence, by: string): Promise<Silence>;
  /** False where there is none. */
  remove(id: string): Promise<boolean>;
  /** Removes those that are over. */
  expire(): Promise<void>;
  close(): void;
}

export async function openSilences(
  registry: Registry,
  functions: Pick<Functions, 'find'>,
  clock: Clock,
): Promise<Silences> {
  const silences = await Documents.open<Silence>(registry, 'alert-silence/');
  const list = (): Silence[] =>
    silences
      .list()
      .map(([, silence]) => silence)
      .filter(({ untilMs }) => untilMs > clock.now());
  return {
    list,
    of({ id, function: name }) {
      if (silences.count === 0) return undefined;
      const facts = name === undefined ? undefined : functions.find(name);
      return list().find(({ alert, function: of, owner, tag }) => {
        if (alert !== undefined && !matchesGlob(alert, id)) return false;
        if (of !== undefined && (name === undefined || !matchesGlob(of, name))) return false;
        if (owner !== undefined && owner !== facts?.owner) return false;
        return tag === undefined || (facts !== undefined && hasTag(facts.tags, tag));
      });
    },
    async add({ forMs, ...what }, by) {
      if (what.alert === undefined && what.function === undefined && what.owner === undefined && what.tag === undefined)
        throw new Problem(
          'invalid_request',
          'say what is silenced: an alert, a function, an owner or a tag; "*" as alert means all of them',
        );
      if (silences.count >= MAX_SILENCES)
        throw new Problem(
          'invalid_request',
          `there are ${MAX_SILENCES} silences already, which is the most; end one first`,
        );
      const fromMs = clock.now();
      const id = formatId(newId(fromMs)).slice(-12);
      return silences.update(id, () => ({ ...what, id, fromMs, untilMs: fromMs + forMs, by }));
    },
    remove: (id) => silences.remove(id),

    async expire() {
      const nowMs = clock.now();
      for (const [id, { untilMs }] of silences.list()) if (untilMs <= nowMs) await silences.remove(id);
    },
    close: () => silences.close(),
  };
}
