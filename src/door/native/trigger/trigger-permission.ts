import type { FastifyRequest } from 'fastify';
import type { Action } from '../../../model/permission.ts';
import type { NewTrigger, Triggers } from '../../../trigger/triggers.ts';
import { demand } from '../../principal.ts';

/** What a trigger takes from a source on this node, its creator must be able to take, too: the option that names it, and the action. */
const SOURCES: Readonly<Record<string, readonly [option: string, action: Action, kind: string]>> = {
  bucket: ['bucket', 'bucket:read', 'bucket'],
  queue: ['queue', 'queue:receive', 'queue'],
  topic: ['topic', 'topic:read', 'topic'],
  completion: ['of', 'event:read', 'function'],
};

/** Throws `forbidden` where whoever asks may not lead this source to this function. */
export function demandTrigger(request: FastifyRequest, triggers: Triggers, trigger: NewTrigger): void {
  demand(request.raw, 'trigger:write', `function:${trigger.function}`);
  const source = Object.hasOwn(SOURCES, trigger.type) ? SOURCES[trigger.type] : undefined;
  if (source === undefined) return;
  const [option, action, kind] = source;
  const name = trigger.options?.[option] ?? wordsOf(triggers, trigger)[option];
  demand(request.raw, action, typeof name === 'string' && name !== '' ? `${kind}:${name}` : '*');
}

/** The options that its words make up; words that make no sense are for the trigger itself to refuse. */
function wordsOf(triggers: Triggers, { type, words }: NewTrigger): Readonly<Record<string, unknown>> {
  if (words === undefined) return {};
  try {
    return (
      triggers
        .types()
        .find(({ name }) => name === type)
        ?.parseWords(words) ?? {}
    );
  } catch {
    return {};
  }
}
