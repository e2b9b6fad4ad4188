import Type from 'typebox';

export const IdParameters = Type.Object({
  id: Type.String({ maxLength: 128, description: "A function's id or name" }),
});

export const GenAnswer = Type.Object({ id: Type.String({ description: 'Id of the new function, a UUID' }) });

export const CallAnswer = Type.Object({ result: Type.Unknown({ description: 'What the function returned' }) });

export const StatsAnswer = Type.Object({ functions: Type.Array(Type.String()) });

export const MetaAnswer = Type.Object({
  host: Type.String(),
  port: Type.Integer(),
  id: Type.String(),
  name: Type.String(),
  version: Type.Integer(),
  runtime: Type.String(),
  sandboxes: Type.Array(Type.Object({}, { additionalProperties: true })),
});

export const ErrorAnswer = Type.Object({
  error: Type.Object(
    {
      code: Type.String({ description: 'What happened, for programs' }),
      message: Type.String({ description: 'What happened and what to do, for people' }),
      type: Type.Optional(Type.String({ description: "Type of the function's exception" })),
      stack: Type.Optional(Type.String({ description: "Stack in the function's own files" })),
    },
    { additionalProperties: true },
  ),
});
