import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, type SystemPackage } from './system-packages.ts';

const POSTGRESQL = '/usr/lib/postgresql';

/** Servers and clients that tests use, where they are there: without one, its tests are skipped and say why. */
export const TEST_PACKAGES: readonly SystemPackage[] = [
  used('mosquitto', 'is the MQTT broker of tests', 'mosquitto'),
  used('rabbitmq-server', 'is the AMQP broker of tests', 'rabbitmq-server'),
  used('nats-server', 'is the NATS server of tests', 'nats-server'),
  used('redis-server', 'is the Redis server of tests', 'redis-server'),
  {
    name: 'postgresql',
    purpose: 'is the PostgreSQL server of tests',
    required: false,
    present: () =>
      existsSync(POSTGRESQL) &&
      readdirSync(POSTGRESQL).some((version) => existsSync(join(POSTGRESQL, version, 'bin/postgres'))),
  },
  used('rclone', 'is a client of S3 in tests', 'rclone'),
  used('s3cmd', 'is a client of S3 in tests', 's3cmd'),
  used('chromium-headless-shell', 'is the browser of most tests', 'chromium-headless-shell'),
  used('chromium', 'is the browser of tests that need its windows', 'chromium'),
  used('nginx-light', 'is the reverse proxy of tests', 'nginx'),
];

function used(name: string, purpose: string, program: string): SystemPackage {
  return { name, purpose, required: false, present: () => findProgram(program) !== undefined };
}
