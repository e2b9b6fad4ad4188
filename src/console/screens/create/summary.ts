import { formatDuration } from '../../ui/format.ts';
import { lookOf, type TriggerDraft } from '../../ui/trigger-form/trigger-form.tsx';
import { accessOf, type Draft } from './draft.ts';
import type { StepId } from './step-list.ts';

/** The options of a trigger as a line: what one would say of it. */
export function triggerLine({ type, options }: TriggerDraft): string {
  const text = (name: string) => {
    const value = options[name];
    return Array.isArray(value)
      ? value.join(', ')
      : typeof value === 'string' || typeof value === 'number'
        ? `${value}`
        : '';
  };
  switch (type) {
    case 'bucket': {
      const keys = text('prefix') + text('suffix') === '' ? '' : `, ${text('prefix')}*${text('suffix')}`;
      const removed = text('events').includes('Removed');
      const created = text('events') === '' || text('events').includes('Created');
      return `${text('bucket') || '…'}${keys}: ${[created && 'created', removed && 'removed'].filter(Boolean).join(', ')}`;
    }
    case 'schedule':
      return `${text('expression') || '…'}${text('tz') === '' || text('tz') === 'UTC' ? '' : `, ${text('tz')}`}`;
    case 'http':
      return `${text('methods') || 'ANY'} ${text('path') || '…'}`;
    case 'completion':
      return text('of') || '…';
    default:
      return ['provider', 'url', 'brokers', 'queue', 'topic', 'topics', 'subject', 'bucket']
        .map(text)
        .filter((part) => part !== '')
        .join(' ');
  }
}

const STARTED = { code: 'Written here', upload: 'Dropped files', repository: 'A repository' } as const;

/** What was chosen in a step, for who looks at all of them; empty where nothing was yet. */
export function summaryOf(step: StepId, draft: Draft): string {
  const { functions, triggers } = draft.parts;
  const [fn] = functions;
  switch (step) {
    case 'start':
      if (draft.start === undefined) return '';
      if (draft.start === 'blueprint') return draft.blueprint ?? '';
      return draft.start === 'upload' ? (draft.upload?.name ?? STARTED.upload) : STARTED[draft.start];
    case 'trigger': {
      const [first] = triggers;
      if (first === undefined) return draft.seen.includes('trigger') ? 'none' : '';
      const more = triggers.length > 1 ? ` +${triggers.length - 1}` : '';
      return `${lookOf(first.trigger.type).title} ${triggerLine(first.trigger)}${more}`;
    }
    case 'function':
      return functions.map(({ name }) => name).join(', ');
    case 'role': {
      if (!draft.seen.includes('role') && draft.start !== 'blueprint') return '';
      const { mode, role } = accessOf(draft, 0);
      return [fn?.handler, mode === 'none' ? 'no role' : `role ${role}`].filter(Boolean).join(', ');
    }
    case 'resources':
      return fn === undefined ? '' : `${fn.memoryMb.toLocaleString('en-GB')} MB, ${formatDuration(fn.timeoutMs)}`;
    case 'review':
      return '';
  }
}
