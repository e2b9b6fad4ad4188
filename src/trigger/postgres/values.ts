import pg from 'pg';
import { parseJsonText } from '../../model/json.ts';

const TEXT_ARRAY = 1_009;

type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asNumber: Parse = (text) => {
  const number = Number(text);
  // NaN and the infinities have no JSON.
  return Number.isFinite(number) ? number : text;
};
const asBoolean: Parse = (text) => text === 't';
/** A text where it is nested deeper than an event's data may be. */
const asJson: Parse = (text) => {
  try {
    return parseJsonText(text);
  } catch {
    return text;
  }
};
const asBase64: Parse = (text) => Buffer.from(text.slice(2), 'hex').toString('base64');
/** Reads an array, nested as it is, of texts and nulls. */
const textsOf = pg.types.getTypeParser(TEXT_ARRAY as never) as (text: string) => unknown;

/** By PostgreSQL's own numbers of types, which never change; each with that of its array. What is not here is a text. */
const TYPES: readonly { readonly type: number; readonly array: number; readonly parse: Parse }[] = [
  { type: pg.types.builtins.BOOL, array: 1_000, parse: asBoolean },
  { type: pg.types.builtins.BYTEA, array: 1_001, parse: asBase64 },
  { type: pg.types.builtins.INT2, array: 1_005, parse: asNumber },
  { type: pg.types.builtins.INT4, array: 1_007, parse: asNumber },
  { type: pg.types.builtins.OID, array: 1_028, parse: asNumber },
  { type: pg.types.builtins.FLOAT4, array: 1_021, parse: asNumber },
  { type: pg.types.builtins.FLOAT8, array: 1_022, parse: asNumber },
  { type: pg.types.builtins.JSON, array: 199, parse: asJson },
  { type: pg.types.builtins.JSONB, array: 3_807, parse: asJson },
  // As texts, because JSON's numbers are not as exact or as large.
  { type: pg.types.builtins.INT8, array: 1_016, parse: asText },
  { type: pg.types.builtins.NUMERIC, array: 1_231, parse: asText },
  { type: pg.types.builtins.TEXT, array: TEXT_ARRAY, parse: asText },
  { type: pg.types.builtins.VARCHAR, array: 1_015, parse: asText },
  { type: pg.types.builtins.BPCHAR, array: 1_014, parse: asText },
  { type: pg.types.builtins.UUID, array: 2_951, parse: asText },
  { type: pg.types.builtins.DATE, array: 1_182, parse: asText },
  { type: pg.types.builtins.TIME, array: 1_183, parse: asText },
  { type: pg.types.builtins.TIMESTAMP, array: 1_115, parse: asText },
  { type: pg.types.builtins.TIMESTAMPTZ, array: 1_185, parse: asText },
];

const PARSERS = new Map<number, Parse>(
  TYPES.flatMap(({ type, array, parse }) => [
    [type, parse] as const,
    [array, (text: string) => each(textsOf(text), parse)] as const,
  ]),
);

/** How a value of this type, which comes as PostgreSQL writes it, is said in JSON. */
export function parserOf(type: number): Parse {
  return PARSERS.get(type) ?? asText;
}

function each(value: unknown, parse: Parse): unknown {
  if (Array.isArray(value)) return value.map((inner) => each(inner, parse));
  return typeof value === 'string' ? parse(value) : value;
}
