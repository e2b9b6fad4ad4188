import pg, { type Client } from 'pg';
import { ownName, type PostgresOptions } from './options.ts';

export interface Feed {
  readonly publication: string;
  readonly slot: string;
  /** The slot was made just now: changes of before are not in it. */
  readonly isNew: boolean;
}

/** Finds or makes what row changes come through. Throws what the server says where the role may not. */
export async function setUpFeed(client: Client, trigger: string, options: PostgresOptions): Promise<Feed> {
  const { rows } = await client.query<{ wal_level: string }>('SHOW wal_level');
  if (rows[0]?.wal_level !== 'logical') {
    throw new Error(
      `the server has wal_level = ${rows[0]?.wal_level}: row changes need ALTER SYSTEM SET wal_level = logical, and a restart of it`,
    );
  }
  // The publication first: a slot that is older than its publication cannot be read.
  const publication = options.publication || ownName(trigger);
  if (options.publication === '') await keepPublication(client, publication, options.tables);
  else await mustExist(client, publication);
  const slot = options.slot || ownName(trigger);
  return { publication, slot, isNew: await keepSlot(client, slot) };
}

async function mustExist(client: Client, publication: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_publication WHERE pubname = $1', [publication]);
  if (rowCount === 0)
    throw new Error(`there is no publication "${publication}" in this database; make it, or leave it out`);
}

/** Makes the trigger's own publication, or gives it the tables that it is to have now. */
async function keepPublication(client: Client, publication: string, tables: readonly string[]): Promise<void> {
  const name = pg.escapeIdentifier(publication);
  const list = tables.map((table) => table.split('.').map(pg.escapeIdentifier).join('.')).join(', ');
  const wanted = tables.length === 0 ? 'FOR ALL TABLES' : `FOR TABLE ${list}`;
  const found = await client.query<{ puballtables: boolean }>(
    'SELECT puballtables FROM pg_publication WHERE pubname = $1',
    [publication],
  );
  const isForAll = found.rows[0]?.puballtables;
  if (isForAll === undefined) {
    await client.query(`CREATE PUBLICATION ${name} ${wanted}`);
  } else if (isForAll !== (tables.length === 0)) {
    await client.query(`BEGIN; DROP PUBLICATION ${name}; CREATE PUBLICATION ${name} ${wanted}; COMMIT`);
  } else if (!isForAll) {
    await client.query(`ALTER PUBLICATION ${name} SET TABLE ${list}`);
  }
}

/** Resolves true where the slot had to be made. */
async function keepSlot(client: Client, slot: string): Promise<boolean> {
  const { rows } = await client.query<{ plugin: string; is_here: boolean }>(
    'SELECT plugin, database = current_database() AS is_here FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  const found = rows[0];
  if (found === undefined) {
    await client.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
    return true;
  }
  if (found.plugin === 'pgoutput' && found.is_here) return false;
  throw new Error(
    `the replication slot ${slot} is there already, for another database or purpose; choose another "slot"`,
  );
}
