import { PlaybackQueue } from './playback-queue';

const tone = (samples: number): Int16Array => new Int16Array(samples).fill(8_000);
const heard = (queue: PlaybackQueue): boolean => {
  const output = new Float32Array(128);
  queue.pull(output);
  return output.some((sample) => sample !== 0);
};
const queue = (outputRateHz = 24_000) =>
  new PlaybackQueue({ inputRateHz: 24_000, outputRateHz, startMs: 150, maxMs: 10_000 });
/** Quanta of 128 samples in so many milliseconds. */
const quanta = (ms: number): number => Math.ceil((ms * 24) / 128);

describe('PlaybackQueue', () => {
  it('begins once 150 ms are there', () => {
    const speech = queue();
    speech.push(tone(24 * 149));
    expect(heard(speech)).toBe(false);
    speech.push(tone(24));
    expect(heard(speech)).toBe(true);
    expect(speech.phase).toBe('playing');
  });

  it('plays a word shorter than that all the same, soon', () => {
    const speech = queue();
    speech.push(tone(24 * 40));
    let waited = 0;
    while (!heard(speech)) waited += 1;
    expect(waited).toBeLessThanOrEqual(quanta(300));
  });

  it('gives silence when it runs dry, and gathers anew', () => {
    const speech = queue();
    speech.push(tone(24 * 150));
    while (heard(speech));
    expect(speech.phase).toBe('silent');
    expect(speech.timesDry).toBe(1);
    expect(Math.round(speech.playedMs)).toBe(150);
    speech.push(tone(24 * 100));
    expect(heard(speech)).toBe(false);
    expect(speech.phase).toBe('waiting');
  });

  it('drops everything at once on a flush, and waits for its start again', () => {
    const speech = queue();
    speech.push(tone(24 * 2_000));
    expect(heard(speech)).toBe(true);
    expect(speech.flush()).toBeGreaterThan(1_900);
    expect(heard(speech)).toBe(false);
    expect(speech.queuedMs).toBe(0);
    speech.push(tone(24 * 100));
    expect(heard(speech)).toBe(false);
  });

  it('plays every sample of 24 kHz on a 24 kHz device as it came', () => {
    const speech = queue();
    const pcm = Int16Array.from({ length: 4_800 }, (_, n) => (n % 200) * 100 + 1);
    speech.push(pcm.subarray(0, 1_000));
    speech.push(pcm.subarray(1_000));
    const output = new Float32Array(4_800);
    speech.pull(output);
    expect(output).toEqual(Float32Array.from(pcm, (sample) => sample / 0x7fff));
  });

  it('plays the last moments of a word on a device of another rate', () => {
    const speech = queue(48_000);
    speech.push(tone(24 * 200));
    while (speech.phase !== 'silent') heard(speech);
    expect(Math.round(speech.playedMs)).toBe(200);
  });

  it('keeps no more than its limit', () => {
    const speech = queue();
    for (let second = 0; second < 20; second++) speech.push(tone(24_000));
    expect(speech.queuedMs).toBe(10_000);
  });

  it('gathers more after a gap in the middle of speech, measures it, and less again once the line is calm', () => {
    const speech = queue();
    const wait = (ms: number) => {
      for (let n = 0; n < quanta(ms); n++) heard(speech);
    };
    speech.push(tone(24 * 150));
    while (heard(speech));
    wait(100);
    speech.push(tone(24 * 200));
    expect(speech.gaps).toMatchObject({ count: 1, totalMs: expect.closeTo(107, 0) });
    expect(speech.gaps.startMs).toBeCloseTo(257, 0);
    expect(heard(speech)).toBe(false); // 200 ms would have been enough before
    speech.push(tone(24 * 60));
    expect(heard(speech)).toBe(true);
    for (let second = 0; second < 60; second++) {
      speech.push(tone(24_000));
      wait(1_000);
    }
    expect(speech.gaps).toMatchObject({ count: 1, startMs: 150 });
  });

  it('takes the silence between two answers, and the one after a barge-in, for no gap', () => {
    const speech = queue();
    speech.push(tone(24 * 150));
    while (heard(speech));
    for (let n = 0; n < quanta(1_000); n++) heard(speech);
    speech.push(tone(24 * 300));
    heard(speech);
    speech.flush();
    heard(speech);
    speech.push(tone(24 * 300));
    expect(speech.gaps).toEqual({ count: 0, totalMs: 0, startMs: 150 });
  });
});
