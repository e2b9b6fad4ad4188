import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-s3';
import { eventually } from '../support/eventually.ts';
import { type ProcessNode, runFob, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { freePort } from '../support/servers/server.ts';
import { canBuild, createShell, type Shell } from '../support/shell.ts';

const DEADLINE_MS = 60_000;

/** Where blueprints are tried out: a node of its own, and whoever types `fob new` and `fob apply`. */
export interface Workshop extends Shell {
  readonly node: ProcessNode;
  readonly folder: string;
  /** Why blueprints with packages cannot be made here; `false` where they can. */
  readonly noPackages: string | false;
  /** A client of S3 as anybody has one, with a key of the node. */
  readonly s3: sdk.S3Client;
  /** Makes a blueprint by `fob new` and `fob apply`, in a folder called after it. Secrets are in the environment alone. */
  make(
    blueprint: string,
    values?: Readonly<Record<string, string>>,
    secrets?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** What a function makes of the sample in its folder. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of any shape, and fail where they err
  sample(fn: string, folder: string): Promise<any>;
  /** Resolves when so many events of a function's trigger are delivered. */
  delivered(fn: string, trigger: string, count: number): Promise<void>;
  /** The text of an object, or `undefined` while there is none. */
  object(bucket: string, key: string): Promise<string | undefined>;
  /** The value of a key, read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into values of any shape, and fail where they err
  value(space: string, key: string): Promise<any>;
  close(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const { folder, remove } = await temporaryFolder();
  // One that it can have again when it is started anew.
  const node = await startFobUp(join(folder, 'data'), ['--port', String(await freePort())]);
  const shell = createShell(node.url);
  const { accessKeyId, secretAccessKey } = await shell.json('key', 'create', '--grant', 'bucket:*');
  const s3 = new sdk.S3Client({
    endpoint: node.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  return {
    ...shell,
    node,
    folder,
    s3,
    noPackages: !(await canBuild(node.dataFolder)) && 'builds have no network here, as fob doctor says',
    async make(blueprint, values = {}, secrets = {}) {
      const target = join(folder, values.name ?? blueprint);
      const set = Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      const { folder: written, files } = await shell.json('new', blueprint, target, ...set);
      assert.equal(written, target);
      assert.ok(files.includes('fob.yaml'));
      const environment = { ...secrets, FOB_URL: node.url };
      const applied = await runFob(['apply', '--yes'], { cwd: target, environment });
      assert.equal(applied.code, 0, applied.stderr + applied.stdout);
      // What was applied is what the file says: there is nothing left to do.
      const again = await runFob(['plan', '--detailed-exitcode'], { cwd: target, environment });
      assert.equal(again.code, 0, again.stderr + again.stdout);
      return target;
    },
    sample: async (fn, target) => JSON.parse(await shell.fob('call', fn, '--data', `@${join(target, 'event.json')}`)),
    delivered: (fn, trigger, count) =>
      eventually(async () => {
        const { lanes } = await shell.json('events', fn);
        const found = lanes.find(({ lane }: { lane: string }) => lane === trigger);
        assert.equal(found?.delivered, count, JSON.stringify(found));
      }, DEADLINE_MS),
    async object(bucket, key) {
      const { status, text } = await node.client.request('GET', `/v1/buckets/${bucket}/objects/${key}`);
      return status === 404 ? undefined : text;
    },
    async value(space, key) {
      const { status, text } = await node.client.request('GET', `/v1/kv/${space}/${encodeURIComponent(key)}`);
      return status === 404 ? undefined : JSON.parse(text);
    },
    async close() {
      s3.destroy();
      await node.kill();
      await remove();
    },
  };
}

/** Waits for something that nothing announces. */
export function soon<T>(probe: () => Promise<T>): Promise<T> {
  return eventually(probe, DEADLINE_MS);
}
