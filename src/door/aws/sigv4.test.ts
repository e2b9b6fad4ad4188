import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { canonicalRequest, joinHeaders, parseTarget, uriEncode, uriEncodePath } from './canonical.ts';
import { ChunkSigner, isSigned, parseSigned, signatureOf, signingKey } from './sigv4.ts';

/** The examples of AWS's documentation of Signature Version 4 for S3. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const CREDENTIAL = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';

interface Example {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: string;
}

function signedOf({ method, url, headers, signature }: Example) {
  const names = [...new Set(['host', ...Object.keys(headers)])].filter(
    (name) => name !== 'content-length' || 'content-encoding' in headers,
  );
  const authorization = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=${names.sort().join(';')},Signature=${signature}`;
  const raw = Object.entries({
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    ...headers,
    authorization,
  });
  const all = joinHeaders(raw.flat());
  const target = parseTarget(url);
  const signed = parseSigned(target, all);
  const request = { method, target, headers: all, payloadHash: headers['x-amz-content-sha256']! };
  const key = signingKey(SECRET, signed);
  return {
    signed,
    key,
    computed: signatureOf(key, signed, canonicalRequest(request, signed.signedHeaders, { encodePathTwice: false })),
  };
}

const DATED = { 'x-amz-content-sha256': EMPTY, 'x-amz-date': '20130524T000000Z' };
const STREAMED = {
  host: 's3.amazonaws.com',
  'content-encoding': 'aws-chunked',
  'x-amz-date': '20130524T000000Z',
  'x-amz-decoded-content-length': '66560',
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
};
const EXAMPLES: Readonly<Record<string, Example>> = {
  'GET object': {
    method: 'GET',
    url: '/test.txt',
    headers: { range: 'bytes=0-9', ...DATED },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  'PUT object': {
    method: 'PUT',
    url: '/test%24file.text',
    headers: {
      ...DATED,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  'GET lifecycle': {
    method: 'GET',
    url: '/?lifecycle',
    headers: DATED,
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  'GET list': {
    method: 'GET',
    url: '/?max-keys=2&prefix=J',
    headers: DATED,
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
  'PUT in chunks': {
    method: 'PUT',
    url: '/examplebucket/chunkObject.txt',
    headers: {
      ...STREAMED,
      'content-length': '66824',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    },
    signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  },
  'PUT in chunks with a trailer': {
    method: 'PUT',
    url: '/examplebucket/chunkObject.txt',
    headers: {
      ...STREAMED,
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    },
    signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
  },
};

describe("AWS's published examples of Signature Version 4", () => {
  for (const [name, example] of Object.entries(EXAMPLES)) {
    test(name, () => assert.equal(signedOf(example).computed, example.signature));
  }

  test('presigned URL', () => {
    const signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const url = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(CREDENTIAL)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
    assert.ok(isSigned(undefined, url));
    const target = parseTarget(url);
    const headers = joinHeaders(['Host', 'examplebucket.s3.amazonaws.com']);
    const signed = parseSigned(target, headers);
    assert.equal(signed.expiresSeconds, 86_400);
    const canonical = canonicalRequest({ method: 'GET', target, headers, payloadHash: 'UNSIGNED-PAYLOAD' }, ['host'], {
      encodePathTwice: false,
    });
    assert.equal(signatureOf(signingKey(SECRET, signed), signed, canonical), signature);
  });

  const chunk = (bytes: number, signature: string) =>
    `${bytes.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(bytes)}\r\n`;

  test('chunks', async () => {
    const { key, signed } = signedOf(EXAMPLES['PUT in chunks']!);
    const decoder = new AwsChunkedDecoder({ bytes: 66_560, signer: new ChunkSigner(key, signed) });
    decoder.write(chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'));
    decoder.write(chunk(1_024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'));
    decoder.end(chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'));
    assert.equal((await buffer(decoder)).length, 66_560);
  });

  test('chunks with a trailer', async () => {
    const { key, signed } = signedOf(EXAMPLES['PUT in chunks with a trailer']!);
    const decoder = new AwsChunkedDecoder({
      bytes: 66_560,
      signer: new ChunkSigner(key, signed),
      trailers: ['x-amz-checksum-crc32c'],
    });
    decoder.write(chunk(65_536, 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'));
    decoder.write(chunk(1_024, '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'));
    decoder.write('0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n');
    decoder.write('x-amz-checksum-crc32c:sOO8/Q==\r\n');
    decoder.end('x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n');
    assert.equal((await buffer(decoder)).length, 66_560);
    assert.equal(decoder.trailers.get('x-amz-checksum-crc32c'), 'sOO8/Q==');
  });
});

describe('the canonical request', () => {
  test('is the same for a path and query however they are percent-encoded', () => {
    const canonicalOf = (url: string) =>
      canonicalRequest({ method: 'GET', target: parseTarget(url), headers: new Map(), payloadHash: '' }, [], {
        encodePathTwice: false,
      });
    const hex = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&');
    const word = fc.string({ unit: 'grapheme', maxLength: 12 });
    fc.assert(
      fc.property(word, fc.array(fc.tuple(word, word), { maxLength: 5 }), (path, query) => {
        const spelled = (encode: (text: string) => string, order: typeof query) =>
          `/${encode(path)}?${order.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`;
        const canonical = canonicalOf(spelled(uriEncode, query));
        assert.equal(canonicalOf(spelled(hex, [...query].reverse())), canonical);
        assert.equal(canonicalOf(spelled(encodeURIComponent, query)), canonical);
      }),
    );
  });

  test('encodes just what must be', () => {
    assert.equal(uriEncode("aZ0-._~ !*'()/ü"), 'aZ0-._~%20%21%2A%27%28%29%2F%C3%BC');
    assert.equal(uriEncodePath('/a b//c'), '/a%20b//c');
    for (const url of ['/%', '/%ff', 'http://x/', '/?a=%zz', `/?${'a&'.repeat(300)}`]) {
      assert.throws(() => parseTarget(url), { code: 'InvalidURI' });
    }
  });

  test('what is malformed is refused as such', () => {
    const good = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const parse = (authorization: string, date = '20130524T000000Z') =>
      parseSigned(parseTarget('/'), joinHeaders(['authorization', authorization, 'x-amz-date', date]));
    assert.equal(parse(good).accessKeyId, 'AKIAIOSFODNN7EXAMPLE');
    for (const bad of [
      good.replace('/s3', ''),
      good.replace('20130524', '2013'),
      good.replace('aws4_request', 'aws5'),
      good.replace('=host', '=date'),
      good.replace('0000', 'xyzv'),
      good.replace(/, Signature.*/, ''),
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA256 ,,,===',
    ]) {
      assert.throws(() => parse(bad), { code: 'AuthorizationHeaderMalformed' }, bad);
    }
    assert.throws(() => parse(good.replace('HMAC', 'ECDSA-P256')), { code: 'InvalidRequest' });
    for (const date of ['', '2013', '20131324T000000Z', 'yesterday'])
      assert.throws(() => parse(good, date), { code: 'AccessDenied' });
    const query = (expires: string) =>
      parseSigned(parseTarget(`/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=${expires}`), new Map());
    for (const expires of ['', '-1', '604801', '1e3', '99999999']) {
      assert.throws(() => query(expires), { code: 'AuthorizationQueryParametersError' });
    }
  });
});
