import { messageData } from '../../model/shape/event-data.ts';
import type { TriggerType } from '../trigger-type.ts';
import { checkMqttOptions, type MqttOptions, MqttOptionsSchema, mqttWords } from './options.ts';

/** Messages of an MQTT broker. */
export const mqttTrigger: TriggerType<MqttOptions> = {
  name: 'mqtt',
  summary: 'messages of an MQTT broker (3.1.1 and 5), such as mqtt://localhost/sensors/#',
  options: MqttOptionsSchema,
  usualWords: ['mqtt://localhost/sensors/+/temperature'],
  parseWords: mqttWords,
  describe: ({ url, group, topic, qos }) => `${url}/${topic} QoS ${qos}${group && ` shared by ${group}`}`,
  check: checkMqttOptions,
  sample: ({ topic }) => ({
    specversion: '1.0',
    id: 'sample',
    source: 'fob:mqtt/sample',
    type: 'fob.mqtt.message',
    subject: topic.replaceAll(/[+#]/g, 'sample'),
    qos: 1,
    retain: false,
    ...messageData(Buffer.from('{"temperature":21.5}')),
  }),
  start: async (context) => (await import('./subscription.ts')).subscribe(context),
};
