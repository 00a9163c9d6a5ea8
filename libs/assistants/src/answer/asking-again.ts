import { setTimeout as pause } from 'node:timers/promises';
import { APICallError } from 'ai';

/** Before the first repetition; before each further one twice as long. */
const FIRST_WAIT_MS = 2_000;
/** A provider that asks for more than this is not waited for so long: the answer's own time is short. */
const MAX_ASKED_WAIT_MS = 60_000;

/**
 * Asks again while the provider says that this may help (429, 5xx, a connection that was lost), and waits as long as it says.
 *
 * @throws what the last attempt threw, or why `signal` aborted
 */
export async function askAgain<T>(ask: () => PromiseLike<T>, maxRetries: number, signal: AbortSignal): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (retries >= maxRetries || !APICallError.isInstance(error) || !error.isRetryable) throw error;
      await pause(waitOf(error, FIRST_WAIT_MS * 2 ** retries), undefined, { signal });
    }
  }
}

function waitOf({ responseHeaders = {} }: APICallError, otherwiseMs: number): number {
  const { 'retry-after-ms': ms, 'retry-after': after } = responseHeaders;
  const asked = [
    Number.parseFloat(ms ?? ''),
    Number.parseFloat(after ?? '') * 1_000,
    Date.parse(after ?? '') - Date.now(),
  ];
  return asked.filter((wait) => wait >= 0 && wait < MAX_ASKED_WAIT_MS)[0] ?? otherwiseMs;
}
