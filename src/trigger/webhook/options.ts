import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { ALGORITHMS, ENCODINGS } from './signature.ts';

export const PROVIDERS = ['github', 'gitlab', 'bitbucket', 'slack', 'stripe', 'standard', 'hmac'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

const HEADER_PATTERN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$";
const header = (description: string) => Type.Optional(Type.String({ pattern: HEADER_PATTERN, description }));

export const WebhookOptionsSchema = Type.Object(
  {
    provider: Type.Enum([...PROVIDERS], {
      description: 'Who sends; `standard` is Standard Webhooks, `hmac` anybody who signs the body',
    }),
    secret: Type.String({
      format: 'secret',
      minLength: 1,
      maxLength: 1_024,
      description: 'What the sender signs with, or (gitlab) sends along',
    }),
    previousSecret: Type.Optional(
      Type.String({
        format: 'secret',
        minLength: 1,
        maxLength: 1_024,
        description: 'Is taken too, while the secret is being changed',
      }),
    ),
    answer: Type.Optional(
      Type.String({
        maxLength: 4_096,
        description: 'slack: the text (or JSON message) that slash commands and interactions are answered with at once',
      }),
    ),
    toleranceMs: Type.Optional(
      Type.Integer({
        minimum: 1_000,
        maximum: 86_400_000,
        description: 'How old a timestamp may be, where the sender signs one; default 5 minutes',
      }),
    ),
    signatureHeader: header('hmac: where the signature is; default `X-Signature`'),
    algorithm: Type.Optional(Type.Enum([...ALGORITHMS], { description: 'hmac: default `sha256`' })),
    encoding: Type.Optional(Type.Enum([...ENCODINGS], { description: 'hmac: of the signature; default `hex`' })),
    prefix: Type.Optional(
      Type.String({ maxLength: 32, description: 'hmac: what goes before the signature, such as `sha256=`' }),
    ),
    timestampHeader: header('hmac: where the time in seconds is; `<time>.<body>` is signed then, not the body alone'),
    idHeader: header('hmac: where the id of the delivery is; without it, equal bodies count as one'),
    eventHeader: header('hmac: where the kind of event is'),
  },
  { additionalProperties: false },
);
export type WebhookOptions = Static<typeof WebhookOptionsSchema>;

const OF_HMAC = [
  'signatureHeader',
  'algorithm',
  'encoding',
  'prefix',
  'timestampHeader',
  'idHeader',
  'eventHeader',
] as const;
const WITH_TIMESTAMP: readonly ProviderName[] = ['gitlab', 'slack', 'stripe', 'standard', 'hmac'];

/** Reads `github` and the like. */
export function webhookWords(words: readonly string[]): Partial<WebhookOptions> {
  const [provider = '', ...rest] = words;
  if (rest.length > 0 || !PROVIDERS.some((known) => known === provider)) {
    throw new Problem(
      'invalid_request',
      `after webhook comes who sends it, one of ${PROVIDERS.join(', ')}, and no more; it was '${words.join(' ').slice(0, 100)}'`,
    );
  }
  return { provider: provider as ProviderName };
}

/** Refuses options that this provider does not know, so that none is set in vain. */
export function checkWebhookOptions(options: WebhookOptions): void {
  const { provider } = options;
  const refuse = (name: string, forWhom: string) => {
    throw new Problem(
      'invalid_request',
      `the option \`${name}\` is for ${forWhom} webhooks, and this one is of ${provider}`,
    );
  };
  for (const name of OF_HMAC) if (options[name] !== undefined && provider !== 'hmac') refuse(name, 'hmac');
  if (options.answer !== undefined && provider !== 'slack') refuse('answer', 'slack');
  if (options.toleranceMs !== undefined && !WITH_TIMESTAMP.includes(provider)) {
    refuse('toleranceMs', WITH_TIMESTAMP.join(', '));
  }
  if (options.secret === options.previousSecret) {
    throw new Problem('invalid_request', '`secret` and `previousSecret` are the same; leave the previous one out');
  }
}
