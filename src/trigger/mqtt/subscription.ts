import { connect, ErrorWithReasonCode, type IClientOptions, type IPublishPacket } from 'mqtt';
import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { backOffMs } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import { type MqttExtensions, messageData } from '../../model/shape/event-data.ts';
import { tlsOf } from '../tls.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import type { MqttOptions } from './options.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT = { firstMs: 1_000, maxMs: 30_000 };
const KEEP_ALIVE_SECONDS = 30;
/** How long the broker keeps what comes while we are away, in MQTT 5, where it must be said. */
const SESSION_EXPIRY_SECONDS = 604_800;
/** Codes of SUBACK from here on are refusals. */
const REFUSED = 0x80;

/**
 * Subscribes with a session that outlives the connection. A message of QoS 1 or 2 is acknowledged only after `accept`; what was not
 * acknowledged the broker sends again when the client comes back, so it may come twice (MQTT has no ids to tell duplicates by).
 * Resolves when it is subscribed, or the first attempt to connect has failed: the client goes on trying then.
 */
export async function subscribe(context: SourceContext<MqttOptions>): Promise<RunningSource> {
  const { trigger, options, signal, clock } = context;
  const { url, topic, group, qos } = options;
  const filter = group === '' ? topic : `$share/${group}/${topic}`;
  const client = connect(url, settingsOf(trigger.name, options));
  let accepting: Promise<void> = Promise.resolve();
  // Set before anything can arrive: a session that goes on delivers at once.
  client.handleMessage = (packet, done) => {
    accepting = context.accept([{ event: eventOf(trigger.name, packet, clock.now()) }]).then(
      () => done(),
      (error: unknown) => {
        // Without `done` it stays unacknowledged: the broker gives it again to the connection that follows.
        context.report('failed', messageOf(error));
        client.stream.destroy();
      },
    );
  };
  const settled = Promise.withResolvers<void>();
  /** Why the connection that ends now could not be used. */
  let fault: Error | undefined;
  let failures = 0;
  client.on('reconnect', () => {
    client.options.reconnectPeriod = backOffMs(++failures, RECONNECT);
  });
  client.on('connect', () => {
    failures = 0;
    client.options.reconnectPeriod = RECONNECT.firstMs;
    client.subscribeAsync(filter, { qos: qos as 0 | 1 | 2 }).then(
      ([granted]) => {
        if (granted === undefined || granted.qos < REFUSED) context.report('running');
        else context.report('failed', `the broker refuses the subscription to ${filter}`);
        settled.resolve();
      },
      (error: unknown) => {
        context.report('failed', `the subscription to ${filter} failed: ${messageOf(error)}`);
        settled.resolve();
      },
    );
  });
  client.on('error', (error) => {
    fault = error;
    // A broker that answers with a reason refuses us, such as for a wrong password.
    context.report(error instanceof ErrorWithReasonCode ? 'failed' : 'connecting', `${messageOf(error)}; trying again`);
  });
  client.on('close', () => {
    if (!signal.aborted && fault === undefined) context.report('connecting', `no connection to ${url}; trying again`);
    fault = undefined;
    settled.resolve();
  });
  await settled.promise;
  return {
    async stop() {
      await accepting;
      await client.endAsync();
    },
  };
}

function settingsOf(name: string, options: MqttOptions): IClientOptions {
  const { version, username, password } = options;
  return {
    protocolVersion: version as 4 | 5,
    clientId: options.clientId || `fob-${name}`,
    clean: false,
    ...(version === 5 && { properties: { sessionExpiryInterval: SESSION_EXPIRY_SECONDS } }),
    keepalive: KEEP_ALIVE_SECONDS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: RECONNECT.firstMs,
    // Subscribing anew is done here, so that a refusal is heard.
    resubscribe: false,
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...tlsOf(options),
  };
}

function eventOf(name: string, packet: IPublishPacket, nowMs: number): CloudEvent {
  const { topic, payload, qos, retain, properties } = packet;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const extensions: MqttExtensions = {
    qos,
    retain,
    ...(properties?.userProperties !== undefined && { attributes: JSON.stringify(properties.userProperties) }),
  };
  return {
    specversion: '1.0',
    id: formatId(newId(nowMs)),
    source: `fob:mqtt/${name}`,
    type: 'fob.mqtt.message',
    subject: topic,
    time: new Date(nowMs).toISOString(),
    ...extensions,
    ...messageData(bytes, properties?.contentType),
  };
}
