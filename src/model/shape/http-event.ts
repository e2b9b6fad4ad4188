import { isObject, parseJsonText } from '../json.ts';

/**
 * An HTTP request as a function sees it: the event of Lambda function URLs and HTTP APIs, payload format 2.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
export interface HttpEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  /** Lower-case names; several values of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: 'anonymous';
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: '$default';
    /** As `12/Mar/2020:19:03:58 +0000`. */
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** What the event is made of. */
interface HttpRequestParts {
  readonly method: string;
  /** With a leading `/`, as it was sent (percent-encoded). */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  /** As node:http gives them: lower-case names, repeated ones joined already but for `set-cookie`. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly function: string;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly protocol: string;
  readonly timeMs: number;
  /** `GET /users/{id}` of a route; absent for a function's own address. */
  readonly routeKey?: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Types whose bodies go into the event as text; every other one, and every encoded one, as base64. */
const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|javascript|x-www-form-urlencoded)\b|[^;]*\+(?:json|xml)\b)/i;

/** The event of one request. */
export function httpEvent(request: HttpRequestParts): HttpEvent {
  const { cookie, ...rest } = request.headers;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(',');
  const routeKey = request.routeKey ?? '$default';
  const domainName = headers.host ?? '';
  const isText = headers['content-encoding'] === undefined && TEXT_TYPE.test(headers['content-type'] ?? 'text/plain');
  return {
    version: '2.0',
    routeKey,
    rawPath: request.path,
    rawQueryString: request.query,
    ...(typeof cookie === 'string' && { cookies: cookie.split(/; */).filter((each) => each !== '') }),
    headers,
    ...(request.query !== '' && { queryStringParameters: joined(request.query) }),
    ...(request.pathParameters !== undefined && { pathParameters: request.pathParameters }),
    requestContext: {
      accountId: 'anonymous',
      apiId: request.function,
      domainName,
      domainPrefix: domainName.split('.')[0]!,
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(request.timeMs),
      timeEpoch: request.timeMs,
    },
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/**
 * The same request for a function that takes parameters by name: its path parameters, its query and the fields of a JSON
 * body, and beside them `method`, `path`, `query`, `headers`, `body` and the whole `event`, where no name is taken by those.
 */
export function httpParameters(event: HttpEvent): Record<string, unknown> {
  const { method } = event.requestContext.http;
  const query = event.queryStringParameters ?? {};
  return {
    method,
    path: event.rawPath,
    query,
    headers: event.headers,
    body: event.body ?? '',
    ...query,
    ...jsonFields(event),
    ...event.pathParameters,
    event,
  };
}

function jsonFields(event: HttpEvent): Record<string, unknown> {
  if (event.body === undefined || event.isBase64Encoded || !/\bjson\b/.test(event.headers['content-type'] ?? ''))
    return {};
  try {
    const value = parseJsonText(event.body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Repeated names are joined by commas. */
function joined(query: string): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

function commonLogTime(timeMs: number): string {
  const [date, time] = new Date(timeMs).toISOString().split('T');
  const [year, month, day] = date!.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time!.slice(0, 8)} +0000`;
}
