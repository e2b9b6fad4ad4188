import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { findServer, freePort, startServer, type TestServer } from './server.ts';

const JAVA = findServer('/usr/bin/java');
const MAVEN = findServer('/usr/bin/mvn');
const PLAN = join(import.meta.dirname, 'kafka/pom.xml');
const VERSION = /<version>(\d[\d.]+)<\/version>/.exec(readFileSync(PLAN, 'utf8').split('<dependency>')[1]!)![1]!;
const DOWNLOAD_WITHIN_MS = 300_000;

/** Apache Kafka's own programs, fetched once for all test runs of this machine. */
const { programs, reason } = obtain();

/** Why there is no Kafka here; `false` where there is. */
export const noKafka: string | false = reason ?? false;

function obtain(): { programs?: string; reason?: string } {
  const folder = join(tmpdir(), `fob-test-cache-kafka-${VERSION}`);
  if (JAVA === undefined) return { reason: 'Apache Kafka needs java, which is not installed' };
  if (existsSync(folder)) return { programs: folder };
  if (MAVEN === undefined) return { reason: 'Apache Kafka is obtained by mvn, which is not installed' };
  const partial = `${folder}.${process.pid}`;
  try {
    const words = ['-q', '-B', '-f', PLAN, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`];
    execFileSync(MAVEN, words, { stdio: 'ignore', timeout: DOWNLOAD_WITHIN_MS });
    renameSync(partial, folder);
    return { programs: folder };
  } catch {
    rmSync(partial, { recursive: true, force: true });
    if (existsSync(folder)) return { programs: folder };
    return { reason: 'Apache Kafka could not be obtained by mvn' };
  }
}

/** Starts one Kafka node, broker and controller in one. It takes seconds and 300 MB: one for a whole test file. */
export async function startKafka(): Promise<TestServer> {
  const controller = await freePort();
  const java = ['-Xmx256m', '-XX:+UseSerialGC', '-cp', join(programs!, '*')];
  return startServer({
    name: 'kafka',
    command(folder, port) {
      const file = join(folder, 'server.properties');
      if (!existsSync(file)) {
        const data = join(folder, 'data');
        mkdirSync(data);
        const lines = [
          'process.roles=broker,controller',
          'node.id=1',
          `controller.quorum.voters=1@127.0.0.1:${controller}`,
          `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
          `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
          'controller.listener.names=CONTROLLER',
          `log.dirs=${data}`,
          'offsets.topic.replication.factor=1',
          'offsets.topic.num.partitions=1',
          'transaction.state.log.replication.factor=1',
          'transaction.state.log.min.isr=1',
          'group.initial.rebalance.delay.ms=0',
          // After a kill it waits until it is sure that the one before is gone.
          'broker.heartbeat.interval.ms=500',
          'broker.session.timeout.ms=2000',
        ];
        writeFileSync(file, `${lines.join('\n')}\n`);
        const words = [...java, 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', file];
        execFileSync(JAVA!, words, { stdio: 'ignore' });
      }
      return [JAVA!, ...java, 'kafka.Kafka', file];
    },
    ready: answers,
  });
}

async function answers(port: number): Promise<boolean> {
  const admin = new Admin({ clientId: 'ready', bootstrapBrokers: [`127.0.0.1:${port}`], retries: 0 });
  try {
    await admin.metadata({});
    return true;
  } catch {
    return false;
  } finally {
    await admin.close();
  }
}
