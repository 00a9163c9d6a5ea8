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
      const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) });
      if (answer.ok) return void (await answer.body?.cancel());
      last = `${answer.status} ${(await answer.text()).slice(0, 200)}`;
    } catch {
      signal.throwIfAborted();
    }
    await pause(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  throw new Error(`${name} is not ready after ${timeoutMs / 1000} s: ${last}`);
}
