import { StandardSchemaValidationPipe } from '@nestjs/common';
import { ParleyError, type ErrorCode } from '@parley/errors';
import type { z } from 'zod';

type Issue = { readonly message: string; readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> };

const toDetails = (issues: readonly Issue[]) =>
  issues.slice(0, 20).map(({ message, path = [] }) => ({
    path: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));

/** Checks every `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`, and answers each fault by its path. */
export const validationPipe = () =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => new ParleyError('invalid_body', { details: toDetails(issues) }),
  });

/**
 * Parses a value of a wire.
 *
 * @throws ParleyError of `code`, with a detail per fault and nothing of what was sent
 */
export function parseWire<S extends z.ZodType>(
  schema: S,
  value: unknown,
  code: ErrorCode = 'invalid_frame',
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ParleyError(code, { details: toDetails(result.error.issues) });
}
