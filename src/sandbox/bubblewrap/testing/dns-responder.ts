import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a name is answered by: its addresses, bytes that are no answer, or silence. */
type Answer = readonly string[] | 'rubbish' | 'silence';

/** A resolver on a loopback address of its own, over UDP and TCP. */
export interface DnsResponder {
  /** May be changed at any time; names that are not here do not exist. */
  readonly answers: Record<string, Answer>;
  /** Names that were asked for. */
  readonly asked: string[];
  /** Words that start a program for which this is the system's resolver; needs root. */
  readonly before: readonly string[];
  close(): void;
}

const HEADER = 12;
const [TYPE_A, CLASS_IN, NO_SUCH_NAME, TRUNCATED] = [1, 1, 3, 0x0200];
const UDP_BYTES = 512;

export async function startDnsResponder(): Promise<DnsResponder> {
  const host = `127.53.${(process.pid >> 8) & 255}.${process.pid & 255}`;
  const folder = mkdtempSync(join(tmpdir(), 'fob-dns-'));
  const file = join(folder, 'resolv.conf');
  // Whoever asks waits for longer than the platform lets it.
  writeFileSync(file, `nameserver ${host}\noptions timeout:30 attempts:1\n`);
  const answers: DnsResponder['answers'] = {};
  const asked: string[] = [];
  const udp = createSocket('udp4').bind(53, host);
  udp.on('message', (query, from) => {
    const reply = replyTo(query, answers, asked);
    if (reply === undefined) return;
    if (reply.length > UDP_BYTES) reply.writeUInt16BE(reply.readUInt16BE(2) | TRUNCATED, 2);
    udp.send(reply.subarray(0, UDP_BYTES), from.port, from.address);
  });
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      const reply = replyTo(data.subarray(2), answers, asked);
      if (reply === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.end(Buffer.concat([length, reply]));
    });
  }).listen(53, host);
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  const script = `mount --bind ${file} /etc/resolv.conf && exec "$@"`;
  return {
    answers,
    asked,
    before: ['unshare', '--mount', '--', '/bin/sh', '-c', script, 'sh'],
    close() {
      udp.close();
      tcp.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function replyTo(query: Buffer, answers: DnsResponder['answers'], asked: string[]): Buffer | undefined {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join('.').toLowerCase();
  const isAddress = query.readUInt16BE(at + 1) === TYPE_A;
  const answer = answers[name];
  asked.push(name);
  if (answer === 'silence') return undefined;
  if (answer === 'rubbish') return Buffer.concat([query.subarray(0, 2), Buffer.alloc(200, 0xff)]);
  const found = isAddress ? (answer ?? []) : [];
  const header = Buffer.from(query.subarray(0, HEADER));
  header.writeUInt16BE(0x8180 | (answer === undefined ? NO_SUCH_NAME : 0), 2);
  header.writeUInt16BE(found.length, 6);
  header.fill(0, 8);
  const records = found.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc000 | HEADER, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(CLASS_IN, 4);
    // It may be asked again at once: its time to live, the four bytes before these, is 0.
    record.writeUInt16BE(4, 10);
    record.set(address.split('.').map(Number), 12);
    return record;
  });
  return Buffer.concat([header, query.subarray(HEADER, at + 5), ...records]);
}
