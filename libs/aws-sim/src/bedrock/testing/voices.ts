import { amplitudeOf } from '../audio/pcm';

/** A repeatable source of numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Something like a vowel: harmonics of a gliding voice under a syllable's envelope. No keys are in it. */
export function voiceLike(ms: number, { rateHz = 16_000, levelDbfs = -18, seed = 1 } = {}): Int16Array {
  const random = seeded(seed);
  const noise = Array.from({ length: 8 }, () => random());
  const samples = new Int16Array((rateHz * ms) / 1_000);
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const t = i / rateHz;
    phase += (2 * Math.PI * (130 + 25 * Math.sin(2 * Math.PI * 1.7 * t))) / rateHz;
    let value = 0;
    for (let h = 1; h <= 8; h++) value += (Math.sin(h * phase + (noise[h - 1] as number) * 6) * 1.2) / h;
    const syllable = 0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * t);
    samples[i] = Math.round((amplitudeOf(levelDbfs) * value * syllable) / 1.5);
  }
  return samples;
}

/** Adds white noise of a level to samples. */
export function withNoise(samples: Int16Array, levelDbfs: number, seed = 7): Int16Array {
  const random = seeded(seed);
  // A uniform value in [-1, 1) has an rms of 1/√3.
  const amplitude = amplitudeOf(levelDbfs) * Math.sqrt(3);
  return samples.map((sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample + amplitude * (random() * 2 - 1)))),
  );
}
