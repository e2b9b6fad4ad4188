import { isUtf8 } from 'node:buffer';
import Type from 'typebox';

/** Bytes within a JSON answer: as a text where they are one, else in base64. */
export const BytesView = {
  body: Type.Optional(Type.String()),
  bodyBase64: Type.Optional(Type.String({ description: 'In place of `body`, for bytes that are no UTF-8 text' })),
};

export function bytesView(bytes: Buffer): { body: string } | { bodyBase64: string } {
  return isUtf8(bytes) ? { body: bytes.toString() } : { bodyBase64: bytes.toString('base64') };
}
