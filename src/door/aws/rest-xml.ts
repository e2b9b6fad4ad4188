import { XmlShapeDeserializer, XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from './aws-error.ts';
import type { BoundOperation } from './http-binding.ts';

const MAX_DEPTH = 16;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const ROOT = /^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--(?:(?!-->)[\s\S])*-->\s*)*<([^\s/>]+)/;
const TAGS = /<(\/)?[A-Za-z_][^<>]*?(\/)?>/g;

/** Reads and writes the XML of a service, driven by its schemas. */
interface RestXml {
  /** Throws `MalformedXML` for what is no such document. */
  read(schema: NormalizedSchema, text: string): unknown;
  /** The body of an answer; `undefined` where the operation's answers have none. */
  write(operation: BoundOperation, output: Readonly<Record<string, unknown>>): string | undefined;
}

export function createRestXml(xmlNamespace: string): RestXml {
  const settings = { httpBindings: true, timestampFormat: { useTrait: true, default: 5 as const }, xmlNamespace };
  const writer = new XmlShapeSerializer(settings as ConstructorParameters<typeof XmlShapeSerializer>[0]);
  const reader = new XmlShapeDeserializer(settings as ConstructorParameters<typeof XmlShapeDeserializer>[0]);

  return {
    read(schema, text) {
      assertPlain(text);
      const expected = schema.getMergedTraits().xmlName ?? schema.getName();
      if (ROOT.exec(text)?.[1]?.replace(/^.*:/, '') !== expected) throw malformed();
      try {
        return reader.read(schema, Buffer.from(text));
      } catch (cause) {
        throw malformed(cause);
      }
    },
    write({ output: bindings, outputSchema }, output) {
      const payload = bindings.find(({ place }) => place === 'payload');
      const body = bindings.filter(({ place }) => place === 'body');
      if (payload !== undefined) {
        const value = output[payload.member];
        if (value === undefined || !payload.schema.isStructSchema()) return value as string | undefined;
        writer.write(payload.schema, value);
      } else if (body.length > 0) {
        const shown = body.map(({ member }) => [member, output[member]]);
        writer.write(outputSchema, Object.fromEntries(shown));
      } else {
        return undefined;
      }
      return DECLARATION + String(writer.flush());
    },
  };
}

/** The document of an error. */
export function errorXml(elements: readonly (readonly [string, string])[]): string {
  const inside = elements.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('');
  return `${DECLARATION}<Error>${inside}</Error>`;
}

function escapeXml(text: string): string {
  return (
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: just those may not stand in XML
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}

/** Refuses what no client of these services sends and a parser should not be asked: types, entities, deep nesting. */
function assertPlain(text: string): void {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw malformed();
  let depth = 0;
  for (const [, closing, empty] of text.matchAll(TAGS)) {
    if (closing !== undefined) depth--;
    else if (empty === undefined) depth++;
    if (depth > MAX_DEPTH) throw malformed();
  }
}

function malformed(cause?: unknown): AwsError {
  return new AwsError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    { cause },
  );
}
