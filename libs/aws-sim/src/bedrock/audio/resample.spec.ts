import { resample, resample16to24 } from './resample';

const sine = (hz: number, rateHz: number, seconds: number, amplitude = 30_000) =>
  Float64Array.from({ length: rateHz * seconds }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz));
const rounded = (wave: Float64Array) => Int16Array.from(wave, Math.round);

/** Signal to everything else, in dB, away from the edges where the signal begins out of nothing. */
function snr(actual: Int16Array, ideal: Float64Array): number {
  const edge = 400;
  let signal = 0;
  let error = 0;
  for (let i = edge; i < ideal.length - edge; i++) {
    signal += (ideal[i] as number) ** 2;
    error += ((actual[i] as number) - (ideal[i] as number)) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

describe('resample', () => {
  it.each([60, 440, 1_000, 2_500, 4_000, 5_500, 6_800])('keeps a sine of %i Hz from 16 to 24 kHz above 50 dB', (hz) =>
    expect(snr(resample16to24(rounded(sine(hz, 16_000, 1))), sine(hz, 24_000, 1))).toBeGreaterThan(50),
  );

  it.each([
    [8_000, 16_000],
    [8_000, 24_000],
    [16_000, 8_000],
    [24_000, 16_000],
    [24_000, 8_000],
  ])('keeps a sine from %i to %i Hz above 50 dB', (from, to) =>
    expect(snr(resample(rounded(sine(1_000, from, 1)), from, to), sine(1_000, to, 1))).toBeGreaterThan(50),
  );

  it('leaves nothing of what the lower rate cannot carry', () => {
    const folded = resample(rounded(sine(9_500, 24_000, 1)), 24_000, 16_000).subarray(400, -400);
    expect(Math.max(...folded.map(Math.abs))).toBeLessThan(30);
  });

  it('keeps a constant a constant, and time where it was', () => {
    const level = resample16to24(new Int16Array(3_200).fill(10_000)).subarray(400, -400);
    expect(new Set(level)).toEqual(new Set([10_000]));
    const click = new Int16Array(1_600);
    click[800] = 20_000;
    const out = resample16to24(click);
    expect(out.indexOf(Math.max(...out))).toBe(1_200);
  });

  it.each([
    [0, 0],
    [1, 2],
    [512, 768],
    [513, 770],
  ])('makes of %i samples %i', (count, expected) =>
    expect(resample16to24(new Int16Array(count))).toHaveLength(expected),
  );

  it('clips instead of wrapping around', () => {
    const square = Int16Array.from({ length: 1_600 }, (_, i) => ((i >> 4) % 2 ? 32_767 : -32_768));
    const out = resample16to24(square);
    // Overshoot of a wrapped sample would jump to the other end between neighbours of the same sign.
    const jumps = out.slice(1).filter((value, i) => Math.abs(value - (out[i] as number)) > 60_000);
    expect(jumps).toHaveLength(0);
  });
});
