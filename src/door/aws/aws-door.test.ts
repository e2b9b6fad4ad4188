import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { PROBLEMS } from '../../model/problem.ts';
import { PROBLEM_NAMES } from './problem-errors.ts';
import { ChunkSigner, sha256Hex } from './sigv4.ts';
import { type S3Node, startS3Node } from './testing/s3-node.ts';
import { type RawRequest, send, sendSigned, sign } from './testing/signed-request.ts';

const TOKEN = 'a token of the node';

describe('the door for clients of AWS', () => {
  let node: S3Node;
  let access: { port: number; accessKeyId: string; secretAccessKey: string };
  const ask = (request: RawRequest) => sendSigned(access, request);

  before(async () => {
    node = await startS3Node({ token: TOKEN, allowedHosts: ['node.example'] });
    access = { port: node.server.port, accessKeyId: node.accessKeyId, secretAccessKey: node.secretAccessKey };
    await node.buckets.createBucket('things');
  });
  after(() => node.close());

  const keys = async () => (await node.buckets.list('things', { limit: 100 })).objects.map(({ key }) => key);

  test('is reached by signed requests alone, with no other credential', async () => {
    const signed = await ask({ path: '/things' });
    assert.equal(signed.status, 200);
    assert.match(signed.headers['x-amz-request-id'] as string, /^[0-9A-F]{16}$/);
    for (const headers of [
      { host: 'localhost' },
      { host: 'things.localhost' },
      { host: 'things.s3.node.example' },
      { host: 'localhost', authorization: 'AWS AKIA:old' },
      { host: 'localhost', authorization: 'Bearer wrong' },
    ]) {
      const refused = await send(access, 'GET', '/things', headers);
      assert.ok(refused.status === 401 || refused.status === 403, `${refused.status}`);
      assert.match(refused.headers['content-type']!, /problem\+json/);
    }
    const operator = await send(access, 'GET', '/things', { host: 'localhost', authorization: `Bearer ${TOKEN}` });
    assert.equal(operator.status, 404);
  });

  test('shows nothing as a page of this node: what objects hold is hostile', async () => {
    const put = { method: 'PUT', path: '/things/page.html', headers: { 'content-type': 'text/html' } };
    assert.equal((await ask({ ...put, body: Buffer.from('<script src=/v1/functions></script>') })).status, 200);
    for (const path of [
      '/things/page.html',
      '/things/page.html?response-content-type=image%2Fsvg%2Bxml',
      '/things',
      '/things/none',
    ]) {
      const { headers } = await ask({ path });
      assert.equal(headers['content-security-policy'], 'sandbox', path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
    }
    assert.equal((await ask({ method: 'DELETE', path: '/things/page.html' })).status, 204);
  });

  test('answers names of this node, of buckets below them, and no others', async () => {
    for (const [host, path] of [
      ['localhost', '/things'],
      ['node.example:80', '/things'],
      ['s3.node.example', '/things'],
      ['things.s3.node.example', '/'],
      ['things.localhost', '/'],
      ['things.s3.localhost', '/'],
    ] as const) {
      assert.equal((await ask({ path, headers: { host } })).status, 200, host);
    }
    for (const host of [
      'evil.example',
      'things.node.example',
      'localhost.evil.example',
      'things.s3.evil.example',
      '',
    ]) {
      assert.equal((await ask({ path: '/things', headers: { host } })).status, 403, host);
    }
  });

  test('refuses what the signature does not cover', async () => {
    const { headers } = sign(access, { path: '/things?prefix=a' });
    assert.equal((await send(access, 'GET', '/things?prefix=a', headers)).status, 200);
    for (const [method, path, more, code] of [
      ['GET', '/things?prefix=b', {}, 'SignatureDoesNotMatch'],
      ['PUT', '/things?prefix=a', {}, 'SignatureDoesNotMatch'],
      ['GET', '/things?prefix=a', { 'x-amz-date': '20200101T000000Z' }, 'RequestTimeTooSkewed'],
      ['GET', '/things?prefix=a', { 'x-amz-acl': 'private' }, 'AccessDenied'],
      ['GET', '/things?prefix=a', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, 'SignatureDoesNotMatch'],
    ] as const) {
      const refused = await send(access, method, path, { ...headers, ...more });
      assert.deepEqual([refused.code, refused.status], [code, 403], `${method} ${path}`);
    }
    const unknown = await sendSigned({ ...access, accessKeyId: 'FOBKNONE' }, { path: '/' });
    assert.equal(unknown.code, 'InvalidAccessKeyId');
    const lambda = await ask({ path: '/2015-03-31/functions', service: 'lambda' });
    assert.deepEqual([lambda.status, lambda.code], [501, 'NotImplemented']);
    const { 'x-amz-content-sha256': _none, ...without } = sign(access, { path: '/' }).headers;
    assert.equal((await send(access, 'GET', '/', without)).code, 'InvalidRequest');
  });

  test('an expired key is refused', async () => {
    const { accessKeyId, secretAccessKey } = node.keys.issue({
      name: 'x',
      grants: () => 'all',
      expiresAtMs: Date.now() - 1,
    });
    const { sessionToken } = node.keys.find(accessKeyId)!;
    const headers = { 'x-amz-security-token': sessionToken! };
    const refused = await sendSigned({ ...access, accessKeyId, secretAccessKey }, { path: '/', headers });
    assert.equal(refused.code, 'ExpiredToken');
  });

  test('a body that is another than was signed leaves no object', async () => {
    const put = (key: string, more: Partial<RawRequest>) =>
      ask({ method: 'PUT', path: `/things/${key}`, body: 'hello', ...more });
    assert.equal((await put('good', {})).status, 200);
    assert.equal((await put('hash', { payloadHash: sha256Hex('other') })).status, 400);
    assert.equal((await put('kind', { payloadHash: 'nonsense' })).code, 'InvalidArgument');
    assert.equal((await put('md5', { headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } })).code, 'BadDigest');
    const chunked = async (key: string, change: (body: string) => string, length = 5) => {
      const request: RawRequest = {
        method: 'PUT',
        path: `/things/${key}`,
        payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        headers: { 'x-amz-decoded-content-length': String(length), 'content-encoding': 'aws-chunked' },
      };
      const { headers, signed, key: signingKey } = sign(access, request);
      const signer = new ChunkSigner(signingKey, signed);
      const chunk = (text: string) =>
        `${text.length.toString(16)};chunk-signature=${signer.next(sha256Hex(text))}\r\n${text}\r\n`;
      return send(access, 'PUT', request.path, headers, change(`${chunk('hel')}${chunk('lo')}${chunk('')}`));
    };
    assert.equal((await chunked('chunks', (body) => body)).status, 200);
    assert.equal((await chunked('chunks-changed', (body) => body.replace('hel', 'hey'))).code, 'SignatureDoesNotMatch');
    assert.equal((await chunked('chunks-short', (body) => body.slice(0, -90))).code, 'IncompleteBody');
    assert.equal((await chunked('chunks-length', (body) => body, 6)).code, 'IncompleteBody');
    assert.deepEqual(await keys(), ['chunks', 'good']);
    const noLength = await ask({ method: 'PUT', path: '/things/x', payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' });
    assert.deepEqual([noLength.status, noLength.code], [411, 'MissingContentLength']);
    const ecdsa = await ask({
      method: 'PUT',
      path: '/things/x',
      payloadHash: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD',
    });
    assert.equal(ecdsa.code, 'NotImplemented');
    const huge = await ask({
      method: 'PUT',
      path: '/things/x',
      payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'x-amz-decoded-content-length': '6000000000', 'x-amz-trailer': 'x-amz-checksum-crc32' },
    });
    assert.equal(huge.code, 'EntityTooLarge');
  });

  test('documents that are malformed, deep, large or clever are refused', async () => {
    const post = (body: string, path = '/things?delete', method = 'POST') => ask({ method, path, body });
    const object = '<Object><Key>nothing</Key></Object>';
    assert.equal((await post(`<Delete>${object}</Delete>`)).status, 200);
    assert.equal(
      (
        await post(
          `<?xml version="1.0"?><!-- hi --><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${object}<Quiet/></Delete>`,
        )
      ).status,
      200,
    );
    for (const body of [
      'not XML',
      '<Delete>',
      `<Delete>${object}</Other>`,
      `<Other>${object}</Other>`,
      '<Delete></Delete>',
      `<Delete>${object.repeat(1_001)}</Delete>`,
      `<!DOCTYPE Delete [<!ENTITY a "aaa">]><Delete>${object}</Delete>`,
      `<Delete>${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}${object}</Delete>`,
      `<Delete>${'<a '.repeat(100_000)}`,
    ]) {
      const refused = await post(body);
      assert.deepEqual([refused.status, refused.code], [400, 'MalformedXML'], body.slice(0, 60));
    }
    assert.equal((await post('')).code, 'MissingRequestBodyError');
    assert.equal((await post(`<Delete>${' '.repeat(4_200_000)}${object}</Delete>`)).code, 'MaxMessageLengthExceeded');
    const parts = Array.from(
      { length: 9_000 },
      (_, at) => `<Part><PartNumber>${9_000 - at}</PartNumber><ETag>"0"</ETag></Part>`,
    );
    const { uploadId } = await node.buckets.createUpload('things', 'upload', {});
    const complete = (inside: string) =>
      post(`<CompleteMultipartUpload>${inside}</CompleteMultipartUpload>`, `/things/upload?uploadId=${uploadId}`);
    assert.equal((await complete(parts.join(''))).code, 'InvalidPart');
    assert.equal((await complete('<Part><PartNumber>x</PartNumber><ETag>"0"</ETag></Part>')).code, 'InvalidArgument');
    assert.equal((await complete('')).code, 'MalformedXML');
    const tag = '<Tag><Key>a</Key><Value/></Tag>';
    const tags = await post(`<Tagging><TagSet>${tag}${tag}</TagSet></Tagging>`, '/things/good?tagging', 'PUT');
    assert.equal(tags.code, 'InvalidTag');
  });

  test('odd keys are kept as they are, impossible ones refused', async () => {
    for (const path of ['..', '../x', './y', 'a//b', '%3Cscript%3E', 'tab%09', 'caf%C3%A9', '%F0%9F%90%A6']) {
      const key = decodeURIComponent(path);
      const put = await ask({ method: 'PUT', path: `/things/${path}`, body: 'odd' });
      assert.equal(put.status, 200, path);
      assert.equal((await node.buckets.head('things', key)).bytes, 3);
      assert.equal((await ask({ path: `/things/${path}` })).text, 'odd');
      assert.equal((await ask({ method: 'DELETE', path: `/things/${path}` })).status, 204);
    }
    for (const [path, code] of [
      ['/things/%00', 'InvalidArgument'],
      [`/things/${'x'.repeat(1_025)}`, 'KeyTooLongError'],
    ] as const) {
      assert.equal((await ask({ method: 'PUT', path, body: 'x' })).code, code, path);
    }
    const { headers } = sign(access, { path: '/' });
    for (const path of ['/things/%', '/things/%ff', '/things?prefix=%zz']) {
      assert.equal((await send(access, 'GET', path, headers)).code, 'InvalidURI', path);
    }
    for (const query of ['max-keys=x', 'max-keys=-1', 'encoding-type=base64', 'list-type=2&continuation-token=%21']) {
      assert.equal((await ask({ path: `/things?${query}` })).code, 'InvalidArgument', query);
    }
    assert.equal((await ask({ method: 'POST', path: '/things' })).status, 405);
    assert.equal((await ask({ path: '/things/good', headers: { 'if-modified-since': 'someday' } })).status, 200);
    const head = await ask({ method: 'HEAD', path: '/things/none' });
    assert.deepEqual([head.status, head.text], [404, '']);
  });

  test('asks for a body only once the request is found good', async () => {
    const talk = async (request: RawRequest): Promise<string> => {
      const { headers } = sign(access, request);
      const socket = connect(access.port, '127.0.0.1');
      const all = { ...headers, expect: '100-continue', 'content-length': '5' };
      const lines = Object.entries(all).map((pair) => pair.join(': '));
      socket.write(`PUT ${request.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      let heard = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        heard += chunk.toString();
        if (heard.endsWith('100 Continue\r\n\r\n')) socket.write('hello');
        else if (heard.includes('HTTP/1.1 200')) break;
      }
      return heard;
    };
    const good = { method: 'PUT', path: '/things/asked', payloadHash: 'UNSIGNED-PAYLOAD' };
    assert.match(await talk(good), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    // The connection ends: whether the body comes nobody can know.
    const refused = await talk({ ...good, headers: { 'x-amz-acl': 'public-read' } });
    assert.match(refused, /^HTTP\/1\.1 400[\s\S]*Connection: close/);
  });

  test('has a name for every problem', () => {
    assert.deepEqual(Object.keys(PROBLEM_NAMES).sort(), Object.keys(PROBLEMS).sort());
  });
});
