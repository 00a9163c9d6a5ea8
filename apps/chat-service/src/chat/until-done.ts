import { setTimeout as pause } from 'node:timers/promises';

const AGAIN_MS = 2_000;

/**
 * Does something again and again until it succeeds: what must come about, though nobody waits for it, once the store is back.
 * Keeps no process from ending.
 */
export async function untilDone(action: () => Promise<unknown>): Promise<void> {
  for (;;) {
    await pause(AGAIN_MS, undefined, { ref: false });
    const isDone = await action().then(
      () => true,
      () => false,
    );
    if (isDone) return;
  }
}
