/** PCM16, little-endian, mono: the only audio there is on this wire. */

/** Full scale of a sample, as amplitude. */
export const FULL_SCALE = 32_767;

/** Amplitude of a level in dBFS (0 is full scale). */
export const amplitudeOf = (dbfs: number): number => FULL_SCALE * 10 ** (dbfs / 20);

/** Samples of PCM16 bytes. The bytes are copied: they may lie at an odd address. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.byteLength >> 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * 2, true);
  return samples;
}

/** PCM16 bytes of samples. */
export function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => view.setInt16(i * 2, sample, true));
  return bytes;
}

export const toBase64 = (samples: Int16Array): string => Buffer.from(bytesOf(samples)).toString('base64');

export function joinSamples(parts: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export const toInt16 = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** Root mean square of samples `[from, to)`. */
export function rmsOf(samples: Int16Array, from = 0, to = samples.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (samples[i] as number) ** 2;
  return to > from ? Math.sqrt(sum / (to - from)) : 0;
}
