import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { findServer, freePort, startServer, type TestServer } from './server.ts';

const PROGRAM = findServer('/usr/lib/rabbitmq/bin/rabbitmq-server');
const NAMES = findServer('/usr/bin/epmd');

/** Why there is no RabbitMQ here; `false` where there is. */
export const noRabbitmq: string | false =
  (PROGRAM === undefined || NAMES === undefined) && 'the AMQP broker rabbitmq-server is not installed';

/**
 * Starts a RabbitMQ with everything in a folder of its own, and a name service of its own beside it: one that it starts itself would
 * outlive it. It takes seconds and 100 MB: one for a whole test file.
 */
export async function startRabbitmq(configuration = ''): Promise<TestServer> {
  const [namesPort, nodesPort] = [await freePort(), await freePort()];
  return startServer({
    name: 'rabbitmq',
    group: true,
    async command(folder, port) {
      const lines = [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        'disk_free_limit.absolute = 1MB',
        'log.console = true',
        'log.file = false',
        configuration,
      ];
      await mkdir(join(folder, 'log'), { recursive: true });
      await writeFile(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
      await writeFile(join(folder, 'enabled_plugins'), '[].\n');
      const script = `${NAMES} -port ${namesPort} -address 127.0.0.1 & until ${NAMES} -port ${namesPort} -names >&2; do sleep 0.1; done; exec ${PROGRAM}`;
      return ['/bin/sh', '-c', script];
    },
    environment: (folder, port) => ({
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      RABBITMQ_NODENAME: `fob-test-${port}@localhost`,
      RABBITMQ_DIST_PORT: String(nodesPort),
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none',
      ERL_EPMD_PORT: String(namesPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
    }),
    // Its port takes connections before it does.
    ready: (port) =>
      connect(`amqp://127.0.0.1:${port}`, { timeout: 5_000 }).then(
        async (connection) => {
          await connection.close();
          return true;
        },
        () => false,
      ),
  });
}
