import { ParleyError, type ErrorCode } from '@parley/errors';
import { APICallError } from 'ai';

/** Bedrock's ModelTimeoutException. */
const HTTP_MODEL_TIMEOUT = 408;

/** The model took too long: said by our own watch, not by the provider. */
export class ModelTimeout extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`);
    this.name = 'ModelTimeout';
  }
}

/** What a reader is told of a failed answer. Never the provider's words: they name accounts, models and limits. */
export function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof ParleyError) return error.code;
  if (error instanceof ModelTimeout) return 'model_timeout';
  if (APICallError.isInstance(error) && error.statusCode === HTTP_MODEL_TIMEOUT) return 'model_timeout';
  return 'model_unavailable';
}
