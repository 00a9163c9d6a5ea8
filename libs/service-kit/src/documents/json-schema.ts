import { z } from 'zod';

/** A piece of a document. */
export type Json = Record<string, unknown>;

export interface JsonSchemaOptions {
  /** What is sent to us (`input`: defaults may be left out) or what we send (`output`, the default). */
  io?: 'input' | 'output';
  /** OpenAPI 3.1 speaks draft 2020-12 (the default), AsyncAPI 3.0 draft 7. */
  target?: 'draft-2020-12' | 'draft-7';
}

/** A schema of a wire as JSON Schema, for the documents that a service serves. */
export function jsonSchema(
  schema: z.ZodType,
  { io = 'output', target = 'draft-2020-12' }: JsonSchemaOptions = {},
): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target, unrepresentable: 'any' });
  // Fields that are not in a schema may come: additions break nobody.
  return JSON.parse(JSON.stringify(rest), (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  ) as Json;
}
