import { Problem } from '../../../model/problem.ts';

/** The fields of a form as a JSON object of texts, which annotations may convert. Throws `invalid_request` where a name comes twice. */
export function formParameters(body: Buffer): Buffer {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body.toString())) {
    if (fields.has(name)) throw new Problem('invalid_request', `the parameter "${name}" is given more than once`);
    fields.set(name, value);
  }
  return Buffer.from(JSON.stringify(Object.fromEntries(fields)));
}
