import { connect } from 'node:net';

/** Sends bytes as they are, as no honest client would, and returns all that comes back until the node closes. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  // A node that refuses what it reads may close before it has read all.
  socket.on('error', () => undefined);
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}
