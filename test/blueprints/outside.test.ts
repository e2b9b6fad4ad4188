import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { Receiver } from '../../src/service/testing/receiver.ts';
import { type Neighbour, noNeighbour, startNeighbour } from '../support/neighbour.ts';
import { noPostgres, startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server.ts';
import { openWorkshop, soon, type Workshop } from './workshop.ts';

const SLACK_PORT = 8_080;
const DATABASE_PORT = 5_432;
const skip = process.platform === 'linux' ? await noNeighbour() : 'sandboxes need Linux';

describe('blueprints that reach other machines', { skip }, () => {
  let workshop: Workshop;
  let slack: Receiver;
  let database: TestServer | undefined;
  let neighbour: Neighbour;

  before(async () => {
    slack = await Receiver.start();
    if (noPostgres === false) database = await startPostgres();
    neighbour = await startNeighbour({
      [SLACK_PORT]: slack.port,
      ...(database !== undefined && { [DATABASE_PORT]: database.port }),
    });
    workshop = await openWorkshop();
  });
  after(async () => {
    await workshop?.close();
    await neighbour?.close();
    await database?.close();
    await slack?.close();
  });

  test('slack-command: a signed command is answered at once, and then in the channel', async () => {
    const { make, node, json, fob } = workshop;
    const secret = '8f742231b10e8888abcd99yyyzzz85a5';
    const host = `${neighbour.address}:${SLACK_PORT}`;
    await make('slack-command', { name: 'oncall', slack: host }, { SLACK_SIGNING_SECRET: secret });
    let count = 0;
    const command = async (text: string, { key = secret, to = host } = {}) => {
      const fields = { command: '/oncall', text, user_id: 'U0ADA', channel_id: 'C1', trigger_id: `1.${++count}` };
      const body = new URLSearchParams({ ...fields, response_url: `http://${to}/commands/T0/${count}` }).toString();
      const time = String(Math.floor(Date.now() / 1000));
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Slack-Request-Timestamp': time,
        'X-Slack-Signature': `v0=${createHmac('sha256', key).update(`v0:${time}:${body}`).digest('hex')}`,
      };
      const { status, text: answer } = await node.client.request('POST', '/hooks/oncall', { body, headers });
      return [status, answer];
    };
    const told = async () => {
      const { path, body } = await slack.next();
      return [path, JSON.parse(body.toString())];
    };
    const said = (text: string) => ({ response_type: 'in_channel', text });

    assert.deepEqual((await command('me', { key: 'guessed' }))[0], 401);
    assert.deepEqual(await command('me'), [200, 'One moment …']);
    assert.deepEqual(await told(), ['/commands/T0/2', said('<@U0ADA> is on call now.')]);
    assert.equal(await fob('kv', 'get', 'oncall', 'C1'), 'U0ADA');
    await command('');
    assert.deepEqual(await told(), ['/commands/T0/3', said('<@U0ADA> is on call.')]);
    // Slack is away for a moment.
    slack.answer = (_received, response) => {
      slack.answer = (_again, fine) => void fine.end();
      response.writeHead(503).end('later');
    };
    await command('nobody');
    assert.deepEqual(await told(), await told());
    assert.equal(await fob('kv', 'list', 'oncall', '--json'), '[]\n');
    await command('', { to: 'example.org:80' });
    await soon(async () => {
      const { events } = await json('events', 'oncall', '--state', 'waiting');
      assert.match(events[0]?.message ?? '', /answers go to .*, not to example\.org:80/);
    });
  });

  test('alert-to-slack: what is published, and what the platform alerts, is posted', async () => {
    const { make, fob } = workshop;
    const host = `${neighbour.address}:${SLACK_PORT}`;
    const url = `http://${host}/services/T0/B0/not-to-be-seen`;
    await make('alert-to-slack', { name: 'alerts', slack: host }, { SLACK_WEBHOOK_URL: url });
    const told = async () => {
      const { path, body } = await slack.next();
      assert.equal(path, '/services/T0/B0/not-to-be-seen');
      return JSON.parse(body.toString()).text as string;
    };
    const alert = { title: 'disk full', text: '<!channel> 1 % of /var is left', severity: 'critical' };
    await fob('topic', 'publish', 'alerts', JSON.stringify(alert));
    assert.equal(await told(), ':red_circle: *disk full*\n&lt;!channel&gt; 1 % of /var is left');

    await fob('alert', 'channel', 'add', 'chat', 'function', 'alerts');
    await fob('alert', 'test', 'chat');
    assert.match(await told(), /^:(red|large_yellow|white)_circle: \*.*test/i);

    slack.answer = (_received, response) => {
      slack.answer = (_again, fine) => void fine.end();
      response.writeHead(500).end('no');
    };
    await fob('topic', 'publish', 'alerts', JSON.stringify({ message: 'again' }));
    assert.equal(await told(), await told());
    const log = await fob('logs', 'alerts', '--json');
    assert.ok(!log.includes('not-to-be-seen'));
  });

  test('csv-to-postgres: each file is loaded wholly or not at all', { skip: noPostgres }, async (context) => {
    if (workshop.noPackages) return context.skip(workshop.noPackages);
    const { make, s3, delivered, json } = workshop;
    const client = new pg.Client({ host: '127.0.0.1', port: database!.port, user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      await client.query('CREATE SCHEMA shop');
      await client.query('CREATE TABLE shop.sales (id int PRIMARY KEY, item text NOT NULL, amount numeric, sold date)');
      const host = `${neighbour.address}:${DATABASE_PORT}`;
      await make(
        'csv-to-postgres',
        { name: 'sales', table: 'shop.sales', database: host },
        { DATABASE_URL: `postgresql://postgres@${host}/postgres` },
      );
      const upload = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'sales-inbox', Key, Body }));
      const rows = async () => (await client.query('SELECT id, item, amount FROM shop.sales ORDER BY id')).rows;

      await upload(
        'monday.csv',
        '\ufeffid,item,amount,sold\r\n1,tea,3.50,2026-01-05\r\n2,"cups, blue",12,\r\n1,green tea,4.00,2026-01-05\r\n',
      );
      await delivered('sales', 'sales-uploaded', 1);
      const monday = [
        { id: 1, item: 'green tea', amount: '4.00' },
        { id: 2, item: 'cups, blue', amount: '12' },
      ];
      assert.deepEqual(await rows(), monday);

      await upload('wrong.csv', 'id,item,amount\n3,plates,7\n4,,1\n');
      await soon(async () => {
        const { events } = await json('events', 'sales', '--state', 'waiting');
        assert.match(events[0]?.message ?? '', /null value in column "item"/);
      });
      assert.deepEqual(await rows(), monday, 'nothing of a file that cannot be stored');

      await upload('tuesday.csv', 'item,id\ncups,2\npots,5\n');
      await delivered('sales', 'sales-uploaded', 2);
      assert.deepEqual(await rows(), [
        monday[0],
        { id: 2, item: 'cups', amount: '12' },
        { id: 5, item: 'pots', amount: null },
      ]);
    } finally {
      await client.end();
    }
  });
});
