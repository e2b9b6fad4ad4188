import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { TlsOptions } from '../tls.ts';

export const NatsOptionsSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^(?:nats|tls)://[^\\s/@#?]+$',
      maxLength: 1_024,
      description: 'The servers, such as `nats://localhost` or `tls://a.example.com:4222,b.example.com:4222`',
    }),
    subject: Type.String({
      pattern: '^[^\\s\\u0000]+$',
      maxLength: 512,
      description: 'Subject, such as `orders.*.created` or `orders.>`',
    }),
    queue: Type.String({
      pattern: '^[^\\s]{0,128}$',
      default: '',
      description: 'Queue group: members of one group get each message once between them; not with a stream',
    }),
    stream: Type.String({
      pattern: '^[^\\s.*>/\\\\]{0,128}$',
      default: '',
      description: 'JetStream stream to read the subject from; without one, what is sent while nobody listens is lost',
    }),
    consumer: Type.String({
      pattern: '^[^\\s.*>/\\\\]{0,128}$',
      default: '',
      description: "Durable consumer of the stream; absent: `fob-` and the trigger's name",
    }),
    fromBeginning: Type.Boolean({
      default: false,
      description: 'A new consumer begins with what the stream holds already',
    }),
    ackWaitSeconds: Type.Integer({
      minimum: 1,
      maximum: 3_600,
      default: 30,
      description: 'How long a new consumer waits for an acknowledgement before it gives a message again',
    }),
    username: Type.String({ maxLength: 256, default: '' }),
    password: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    token: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    credentials: Type.String({
      format: 'secret',
      maxLength: 16_384,
      default: '',
      description: 'Content of a credentials file (JWT and seed)',
    }),
    ...TlsOptions,
  },
  { additionalProperties: false },
);
export type NatsOptions = Static<typeof NatsOptionsSchema>;

/** Reads `nats://[user:password@]host[:port]/subject`. */
export function natsWords(words: readonly string[]): Partial<NatsOptions> {
  const [address = '', ...rest] = words;
  const found = /^((?:nats|tls):\/\/)(?:([^:@/]+)(?::([^@/]*))?@)?([^/\s]+)\/([^\s/]+)$/.exec(address);
  if (rest.length > 0 || found === null) {
    throw new Problem(
      'invalid_request',
      'after nats comes the server with a subject, such as nats://localhost/orders.*.created',
    );
  }
  const [, protocol, username, password, host, subject] = found;
  return {
    url: `${protocol}${host}`,
    subject: subject!,
    ...(username !== undefined && { username: decodeURIComponent(username) }),
    ...(password !== undefined && { password: decodeURIComponent(password) }),
  };
}

/** Wildcards of a subject stand for whole tokens, `>` only for the last ones. */
export function checkNatsOptions({ subject, stream, queue }: NatsOptions): void {
  const tokens = subject.split('.');
  const isWrong = tokens.some(
    (token, index) =>
      token === '' ||
      (token.includes('>') && (token !== '>' || index < tokens.length - 1)) ||
      (token.includes('*') && token !== '*'),
  );
  if (isWrong) {
    throw new Problem(
      'invalid_request',
      `'${subject}' is no subject: tokens stand between dots, * for one whole token, > for all that follow, at the end`,
    );
  }
  if (stream !== '' && queue !== '') {
    throw new Problem(
      'invalid_request',
      'a stream has no queue groups: triggers that give the same "consumer" share its messages',
    );
  }
}
