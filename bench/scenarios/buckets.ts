import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { FobNode } from '../fob/node.ts';
import { compare, type Summary } from '../load/rounds.ts';
import { nginx } from '../peers/nginx.ts';
import type { Row, Scenario } from '../scenario.ts';

const BUCKET = 'bench';
const KEY = 'object';
const FOB = 'fob';
const NGINX = 'nginx';
const CONNECTIONS = 8;
const HOUR_S = 3_600;

/** Objects of 1 MB by the S3 door, beside nginx, which checks no signature, computes no digest and does not wait for the disk. */
export const buckets: Scenario = {
  name: 'buckets',
  title: 'Objects of 1 MB',
  async run(bench) {
    await using peer = await nginx(bench.path('nginx'));
    await using node = await bench.startNode();
    const urls = await presigned(node);
    const plan = { rounds: bench.quick ? 1 : 3, connections: CONNECTIONS, warmUpS: 1, durationS: bench.quick ? 2 : 5 };
    const object = `${peer.origin}/${KEY}`;
    const put = await compare(
      [
        { name: FOB, url: urls.put, method: 'PUT object', pid: node.pid },
        { name: NGINX, url: object, method: 'PUT object', pid: peer.pid },
      ],
      plan,
      bench.say,
    );
    const get = await compare(
      [
        { name: FOB, url: urls.get, pid: node.pid },
        { name: NGINX, url: object, pid: peer.pid },
      ],
      plan,
      bench.say,
    );
    return { rows: [row('put', put), row('get', get)] };
  },
};

function row(what: string, results: Map<string, Summary>): Row {
  const own = results.get(FOB)!;
  return {
    measure: `${what}, ${CONNECTIONS} connections`,
    value: own.ratePerS,
    unit: 'req/s',
    reference: {
      name: what === 'put' ? `${NGINX} (WebDAV)` : `${NGINX} (static file)`,
      value: results.get(NGINX)!.ratePerS,
    },
    goal: { atLeast: 0.5 },
    note: `CPU ${(own.cpuUs / 1_000).toFixed(2)} ms each, nginx ${(results.get(NGINX)!.cpuUs / 1_000).toFixed(2)} ms`,
    ...(own.errors === 0 ? {} : { fault: `${own.errors} requests failed` }),
  };
}

/** Signed once by the SDK; the load then repeats the very request. */
async function presigned(node: FobNode): Promise<{ put: string; get: string }> {
  await node.api('PUT', `/v1/buckets/${BUCKET}`, {});
  const key = await node.api<{ accessKeyId: string; secretAccessKey: string }>('POST', '/v1/keys', { label: 'bench' });
  const client = new S3Client({
    endpoint: node.origin,
    region: 'us-east-1',
    credentials: key,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const place = { Bucket: BUCKET, Key: KEY };
  const options = { expiresIn: HOUR_S };
  return {
    put: await getSignedUrl(client, new PutObjectCommand(place), options),
    get: await getSignedUrl(client, new GetObjectCommand(place), options),
  };
}
