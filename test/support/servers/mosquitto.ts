import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findServer, startServer, type TestServer } from './server.ts';

const PROGRAM = findServer('/usr/sbin/mosquitto', '/usr/bin/mosquitto');

/** Why there is no Mosquitto here; `false` where there is. */
export const noMosquitto: string | false = PROGRAM === undefined && 'the MQTT broker mosquitto is not installed';

/** Starts a Mosquitto that keeps sessions and what waits for them on disk. */
export function startMosquitto(configuration = ''): Promise<TestServer> {
  return startServer({
    name: 'mosquitto',
    async command(folder, port) {
      const file = join(folder, 'mosquitto.conf');
      const lines = [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous true',
        'persistence true',
        `persistence_location ${folder}/`,
        'autosave_interval 1',
        'autosave_on_changes true',
        ...(process.getuid?.() === 0 ? ['user root'] : []),
        configuration,
      ];
      await writeFile(file, `${lines.join('\n')}\n`);
      return [PROGRAM!, '-c', file];
    },
  });
}
