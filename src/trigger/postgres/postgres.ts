import type { CloudEvent } from '../../model/event.ts';
import type { TriggerType } from '../trigger-type.ts';
import { checkPostgresOptions, type PostgresOptions, PostgresOptionsSchema, postgresWords } from './options.ts';

/** Notifications of a PostgreSQL database (at most once), or the changes of its rows (logical replication, at least once). */
export const postgresTrigger: TriggerType<PostgresOptions> = {
  name: 'postgres',
  summary: 'row changes or notifications of PostgreSQL, such as postgres://localhost/shop changes public.orders',
  options: PostgresOptionsSchema,
  usualWords: ['postgres://localhost/shop', 'changes', 'public.orders'],
  parseWords: postgresWords,
  describe({ url, mode, channel, tables, publication }) {
    if (mode === 'listen') return `${url} LISTEN ${channel}, at most once`;
    return `${url} changes of ${publication || tables.join(', ') || 'all tables'}`;
  },
  check: checkPostgresOptions,
  sample: ({ mode, channel, tables }): CloudEvent => ({
    specversion: '1.0',
    id: mode === 'listen' ? 'sample' : '0/16B3748/0',
    source: 'fob:postgres/sample',
    datacontenttype: 'application/json',
    ...(mode === 'listen'
      ? { type: 'fob.postgres.notification', subject: channel, data: { order: 1 } }
      : { type: 'fob.postgres.insert', subject: tables[0] ?? 'public.orders', data: { new: { id: 1 } } }),
  }),
  async start(context) {
    if (context.options.mode === 'listen') return (await import('./listen.ts')).listen(context);
    return (await import('./changes.ts')).followChanges(context);
  },
};
