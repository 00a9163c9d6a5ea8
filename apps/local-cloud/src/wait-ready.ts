import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

export interface ReadyOptions {
  signal: AbortSignal;
  /** Default 60 s. */
  timeoutMs?: number;
  pollMs?: number;
}

/**
 * Waits until a health address answers 200.
 *
 * @throws Error with what it said last when it does not in time; the signal's reason when that is aborted
 */
export async function waitReady(name: string, url: string, options: ReadyOptions): Promise<void> {
  const { signal, timeoutMs = 60_000, pollMs = 50 } = options;
  const until = performance.now() + timeoutMs;
  let last = 'it does not answer';
  while (performance.now() < until) {
    try {
      const answer = await ask(url, AbortSignal.any([signal, AbortSignal.timeout(2_000)]));
      if (answer.status === 200) return;
      last = `${answer.status} ${answer.text.slice(0, 200)}`;
    } catch {
      signal.throwIfAborted();
    }
    await pause(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  throw new Error(`${name} is not ready after ${timeoutMs / 1000} s: ${last}`);
}

/** Not by fetch: it refuses ports that browsers refuse, and a moved health port may be one. */
function ask(url: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    get(url, { signal, agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
    }).on('error', reject);
  });
}
