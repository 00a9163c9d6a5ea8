import { voiceLike, withNoise } from '../testing/voices';
import { detectDigits, dtmfTones } from './dtmf';
import { joinSamples } from './pcm';

const ALL = '1234567890*#ABCD';

describe('detectDigits', () => {
  it.each([8_000, 16_000, 24_000])('hears all sixteen keys at %i Hz', (rateHz) =>
    expect(detectDigits(dtmfTones(ALL, { rateHz }), rateHz)).toBe(ALL),
  );

  it.each([-6.5, -12, -20, -30, -40])('hears them at a level of %f dBFS a tone', (levelDbfs) =>
    expect(detectDigits(dtmfTones(ALL, { levelDbfs }))).toBe(ALL),
  );

  it.each([
    [-15, -40],
    [-15, -30],
    [-15, -20],
    [-30, -35],
  ])('hears tones of %i dBFS through noise of %i dBFS', (levelDbfs, noiseDbfs) => {
    for (let seed = 1; seed <= 10; seed++) {
      expect(detectDigits(withNoise(dtmfTones('4270#*19', { levelDbfs }), noiseDbfs, seed))).toBe('4270#*19');
    }
  });

  it('hears the same key twice when it was pressed twice, and once when it was held', () => {
    expect(detectDigits(dtmfTones('5577'))).toBe('5577');
    expect(detectDigits(dtmfTones('5', { toneMs: 2_000 }))).toBe('5');
  });

  it('hears the shortest tones and pauses that ITU-T Q.24 asks a receiver for', () =>
    expect(detectDigits(dtmfTones('1122*0#D', { toneMs: 50, gapMs: 45 }))).toBe('1122*0#D'));

  it('hears tones that another rate has passed through', async () => {
    const { resample } = await import('./resample');
    const tones = resample(dtmfTones('427', { rateHz: 48_000 }), 48_000, 16_000);
    expect(detectDigits(tones)).toBe('427');
  });

  it('hears no key in silence, in noise, in a voice', () => {
    expect(detectDigits(new Int16Array(16_000))).toBe('');
    expect(detectDigits(withNoise(new Int16Array(64_000), -15))).toBe('');
    for (let seed = 1; seed <= 10; seed++) expect(detectDigits(voiceLike(3_000, { seed }))).toBe('');
  });

  it('hears keys between words', () =>
    expect(detectDigits(joinSamples([voiceLike(500), dtmfTones('42'), voiceLike(500), dtmfTones('7')]))).toBe('427'));

  it('says which keys there are', () => expect(() => dtmfTones('4x')).toThrow(RangeError));
});
