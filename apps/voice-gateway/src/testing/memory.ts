import { collectGarbage } from '@parley/service-kit/testing';
import type { VoiceUnderTest } from './start-voice';

/**
 * What a process may hold more after any amount of work than after its first: code that was compiled late, buffers that are
 * not given back yet. Frames and calls that stayed would be more in a hundred thousand and in a thousand of them.
 */
export const NOISE_BYTES = 8_000_000;

/**
 * Bytes that this process holds, its heap and buffers, when nothing more is given back. What the test itself keeps is
 * forgotten before: log lines, spans, what the model was asked. The store must stand apart.
 */
export async function bytesHeld(voice: VoiceUnderTest): Promise<number> {
  voice.logs.forget();
  voice.spans.reset();
  voice.bedrock.requests.clear();
  let least = Infinity;
  for (let same = 0; same < 5;) {
    await new Promise((wait) => setTimeout(wait, 50));
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    const bytes = heapUsed + external;
    same = bytes < least * 0.999 ? 0 : same + 1;
    least = Math.min(least, bytes);
  }
  return least;
}
