import Type, { type TSchema } from 'typebox';

/** Schemas of a route's answers by status. They describe; they do not convert, so that an answer is what the handler returned. */
export function answers(schemas: Readonly<Record<string, TSchema>>): Record<string, TSchema> {
  return schemas;
}

/** Of 204: there is nothing to say. */
export const Done = Type.Unsafe<undefined>({ type: 'null', description: 'Done' });
export const Removed = Type.Unsafe<undefined>({ type: 'null', description: 'Removed' });
