import Type, { type Static } from 'typebox';
import { ROUTE_PATH_PATTERN } from '../../model/one-line.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const HEADER_NAME = '^[A-Za-z0-9-]{1,64}$';

/** Settings of one route. */
export const HttpOptionsSchema = Type.Object(
  {
    path: Type.String({
      pattern: ROUTE_PATH_PATTERN,
      description:
        'Path with parameters, such as `/users/{id}`; `{rest+}` at the end takes all that follows. Without spaces, "?" and "#", and without characters that control, or that nobody sees',
    }),
    methods: Type.Array(Type.Enum([...METHODS]), {
      default: [],
      uniqueItems: true,
      description: 'HTTP methods; none means all',
    }),
    host: Type.String({
      pattern: '^(?:[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})*)?$',
      maxLength: 253,
      default: '',
      description:
        'A host name of its own, such as `api.example.com`; without it, the route is on every name of the node',
    }),
    auth: Type.Enum(['token', 'key', 'none'], {
      default: 'token',
      description:
        "Who may call: `token` (the node's own, where it has one), `key` (header `X-Api-Key`), `none` (everybody)",
    }),
    key: Type.String({ format: 'secret', maxLength: 256, default: '', description: 'The key, for `auth: key`' }),
    cors: Type.Optional(
      Type.Object(
        {
          origins: Type.Array(Type.String({ pattern: '^(?:\\*|https?://[^/\\s]{1,255})$' }), {
            minItems: 1,
            maxItems: 50,
          }),
          methods: Type.Optional(Type.Array(Type.Enum([...METHODS]))),
          headers: Type.Optional(Type.Array(Type.String({ pattern: HEADER_NAME }), { maxItems: 50 })),
          exposeHeaders: Type.Optional(Type.Array(Type.String({ pattern: HEADER_NAME }), { maxItems: 50 })),
          credentials: Type.Optional(Type.Boolean()),
          maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
        },
        { additionalProperties: false, description: 'Which web pages may call it' },
      ),
    ),
    maxBodyBytes: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Largest body, in bytes; at most what the node itself takes' }),
    ),
    requiredQuery: Type.Array(Type.String({ maxLength: 128 }), {
      default: [],
      maxItems: 50,
      description: 'Query parameters that a request must have',
    }),
    requiredHeaders: Type.Array(Type.String({ pattern: HEADER_NAME }), {
      default: [],
      maxItems: 50,
      description: 'Headers that a request must have',
    }),
    bodySchema: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema that a JSON body must fit' }),
    ),
  },
  { additionalProperties: false },
);

export type HttpOptions = Static<typeof HttpOptionsSchema>;
