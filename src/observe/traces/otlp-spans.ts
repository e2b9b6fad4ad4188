import type { SpanRecord } from '../../store/journal.ts';

/** Kinds as OTLP numbers them. */
const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const STATUS_ERROR = 2;
const MAX_MESSAGE = 1_024;

type Value = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean };

/** One `ExportTraceServiceRequest` in OTLP's JSON encoding. */
export function otlpTraces(
  spans: readonly SpanRecord[],
  resource: Readonly<Record<string, string>>,
  version: string,
): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'fob', version }, spans: spans.map(spanOf) }],
      },
    ],
  });
}

function spanOf(span: SpanRecord) {
  const { traceId, spanId, parentSpanId, name, kind, startedAtMs, durationMs, error, invocationId } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: KIND[kind],
    startTimeUnixNano: nanoseconds(startedAtMs),
    endTimeUnixNano: nanoseconds(startedAtMs + durationMs),
    attributes: attributesOf({
      ...(span.function !== undefined && { 'faas.name': span.function }),
      ...(invocationId !== undefined && { 'faas.invocation_id': invocationId }),
      ...Object.fromEntries(Object.entries(span.attributes).map(([key, value]) => [conventional(key), value])),
    }),
    status: error === undefined ? {} : { code: STATUS_ERROR, message: error.slice(0, MAX_MESSAGE) },
  };
}

/** Attributes by the names that OpenTelemetry has for them, else with a prefix of our own. */
function conventional(name: string): string {
  const known = CONVENTIONS[name];
  return known ?? `fob.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

const CONVENTIONS: Readonly<Record<string, string>> = {
  version: 'faas.version',
  coldStart: 'faas.coldstart',
  httpStatus: 'http.response.status_code',
};

function attributesOf(values: Readonly<Record<string, string | number | boolean>>): { key: string; value: Value }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: otlpValue(key, value) }));
}

function otlpValue(key: string, value: string | number | boolean): Value {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string' || key === 'faas.version') return { stringValue: String(value) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Milliseconds as a decimal text of nanoseconds, which have more digits than a number. */
function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1_000))}000`;
}
