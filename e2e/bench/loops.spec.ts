import type { AudioTimes } from '../src/support/browser';
import { loopsOf } from './loops';

/** From `from` to `to`, every `step` ms; loud where `sounds` says so. */
const blocks = (from: number, to: number, step: number, sounds: (at: number) => boolean) =>
  Array.from({ length: (to - from) / step }, (_, n) => from + n * step).map((at) => ({
    at,
    peak: sounds(at) ? 20_000 : 0,
  }));

/** Sounds of 100 ms, and pauses of 80 ms between them. */
const inTones = (from: number, to: number) => (at: number) => at >= from && at < to && (at - from) % 180 < 100;

/** A question until 992 ms, its answer from 1,500 ms on; a word from 2,000 ms over it, of which the news comes at `toldAt`. */
function call({ toldAt, silentAt }: { toldAt: number; silentAt: number }): AudioTimes {
  const answer = inTones(1_500, silentAt);
  const next = inTones(3_100, 4_000);
  return {
    sent: blocks(0, 4_000, 32, (at) => (at > 0 && at < 1_000) || (at > 2_000 && at < 2_500)),
    played: blocks(0, 4_000, 10, (at) => answer(at) || next(at)).map(({ at, peak }) => ({
      at,
      peak: peak / 32_768,
      rateHz: 48_000,
    })),
    received: [1_450, 1_800, toldAt - 1, 3_050],
    interruptedAt: [toldAt],
  };
}

describe('silence after a word over the answer', () => {
  it('is no pause between two sounds of it', () => {
    // The pauses before: from 1,960 to 2,040 and from 2,140 to 2,220; the last sound is cut off at 2,260.
    expect(loopsOf(call({ toldAt: 2_250, silentAt: 2_260 }))).toEqual([
      { answeredMs: 458, audibleMs: 508, toldMs: 266, silentMs: 276 },
    ]);
  });

  it('begins with the news where that comes in a pause', () => {
    expect(loopsOf(call({ toldAt: 2_150, silentAt: 2_150 }))).toMatchObject([{ toldMs: 166, silentMs: 166 }]);
  });

  it('is known when the next answer has come, before which an old sound could come again', () => {
    const { received, ...rest } = call({ toldAt: 2_250, silentAt: 2_260 });
    expect(loopsOf({ ...rest, received: received.slice(0, -1) })).toEqual([]);
  });
});
