import type { ErrorFacts } from '@parley/protocol';
import { ERROR_CODES } from '@parley/errors';
import { asClientError, ClientError } from '../core/client-error';

/**
 * The `error` of `useChat` as a ClientError. It may be ours already (refused before the stream), a network error, or an
 * `error` chunk in the middle of an answer, whose text is a code, a problem document or words for people.
 */
export function asChatError(error: Error): ClientError {
  if (error instanceof ClientError || error.name === 'TypeError') return asClientError(error);
  const text = error.message.trim();
  const row = Object.hasOwn(ERROR_CODES, text) ? ERROR_CODES[text as keyof typeof ERROR_CODES] : undefined;
  if (row !== undefined) return new ClientError({ code: text, kind: row.kind, message: row.message }, { cause: error });
  return new ClientError(factsIn(text) ?? brokenOff, { cause: error });
}

const brokenOff: ErrorFacts = {
  code: 'answer_failed',
  kind: 'unavailable',
  message: 'The answer broke off. Try again.',
};

function factsIn(text: string): ErrorFacts | undefined {
  try {
    const facts = JSON.parse(text) as Partial<ErrorFacts>;
    const known = typeof facts.code === 'string' && typeof facts.kind === 'string' && typeof facts.message === 'string';
    return known ? (facts as ErrorFacts) : undefined;
  } catch {
    // A sentence for people is shown as it is; anything longer or stranger is not meant for them.
    return /^[A-Z][^{}<>]{3,200}[.!?]?$/.test(text) ? { ...brokenOff, message: text } : undefined;
  }
}
