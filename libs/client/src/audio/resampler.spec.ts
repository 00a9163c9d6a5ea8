import fc from 'fast-check';
import { Resampler } from './resampler';

const sine = (hz: number, rateHz: number, samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, n) => 0.8 * Math.sin((2 * Math.PI * hz * n) / rateHz));

/** Ratio of signal to error in dB, the ends left out, where the filter hears the beginning and the end of the signal. */
function snr(got: Float32Array, wanted: Float32Array): number {
  let signal = 0;
  let error = 0;
  for (let n = 500; n < got.length - 500; n++) {
    signal += wanted[n]! ** 2;
    error += (got[n]! - wanted[n]!) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

function inBlocks(resampler: Resampler, input: Float32Array, sizes: readonly number[]): Float32Array {
  const output: number[] = [];
  for (let at = 0, i = 0; at < input.length; i++) {
    const size = sizes[i % sizes.length]!;
    output.push(...resampler.process(input.subarray(at, at + size)));
    at += size;
  }
  return Float32Array.from([...output, ...resampler.end()]);
}

describe('Resampler', () => {
  it.each([
    [48_000, 16_000, 440],
    [48_000, 16_000, 6_500],
    [44_100, 16_000, 440],
    [44_100, 16_000, 6_500],
    [24_000, 48_000, 440],
    [24_000, 48_000, 10_000],
    [24_000, 44_100, 3_000],
  ])('gives a sine from %i Hz at %i Hz (%i Hz tone) with more than 60 dB of signal to noise', (from, to, hz) => {
    const output = inBlocks(new Resampler(from, to), sine(hz, from, from / 2), [128]);
    expect(snr(output, sine(hz, to, output.length))).toBeGreaterThan(60);
  });

  it.each([
    [48_000, 16_000, 9_000],
    [48_000, 16_000, 15_000],
    [44_100, 16_000, 9_000],
  ])('lets nothing of a tone above half the new rate alias (%i Hz to %i Hz, %i Hz tone)', (from, to, hz) => {
    const output = inBlocks(new Resampler(from, to), sine(hz, from, from / 2), [128]);
    const rms = Math.hypot(...output.slice(500, -500)) / Math.sqrt(output.length - 1_000);
    expect(20 * Math.log10(rms / (0.8 / Math.SQRT2))).toBeLessThan(-60);
  });

  it('gives the same samples however the input is cut', () => {
    const input = sine(1_234, 44_100, 3_000);
    const whole = inBlocks(new Resampler(44_100, 16_000), input, [input.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        expect(inBlocks(new Resampler(44_100, 16_000), input, sizes)).toEqual(whole);
      }),
      { numRuns: 50, seed: 7 },
    );
  });

  it.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [24_000, 48_000],
    [16_000, 16_000],
  ])('loses and adds no time: %i Hz to %i Hz', (from, to) => {
    expect(inBlocks(new Resampler(from, to), new Float32Array(from), [512])).toHaveLength(to);
  });

  it('passes a constant unchanged', () => {
    const output = inBlocks(new Resampler(44_100, 16_000), new Float32Array(8_820).fill(0.5), [128]);
    for (const sample of output.slice(200, -200)) expect(Math.abs(sample - 0.5)).toBeLessThan(1e-5);
  });

  it('is as new after its end', () => {
    const resampler = new Resampler(48_000, 16_000);
    const first = inBlocks(resampler, sine(440, 48_000, 4_800), [128]);
    expect(inBlocks(resampler, sine(440, 48_000, 4_800), [128])).toEqual(first);
  });

  it('hands out samples of its own where both rates are the same', () => {
    const input = sine(440, 16_000, 8);
    const output = new Resampler(16_000, 16_000).process(input);
    expect(output).toEqual(input);
    expect(output.buffer).not.toBe(input.buffer);
  });

  it('refuses rates that are none', () => {
    expect(() => new Resampler(0, 16_000)).toThrow(RangeError);
    expect(() => new Resampler(44_100.5, 16_000)).toThrow(RangeError);
  });
});
