/** PCM16 little-endian mono, the audio of Parley's wires. All browsers run on little-endian machines. */

/** -1…1 to 16 bits; what is louder is clamped, not wrapped. */
export function floatToPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const sample = Math.max(-1, Math.min(1, samples[i]!));
    pcm[i] = Math.round(sample < 0 ? sample * 0x8000 : sample * 0x7fff);
  }
  return pcm;
}

export function pcm16ToFloat(pcm: Int16Array): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(pcm.length);
  for (let i = 0; i < pcm.length; i++) samples[i] = pcm[i]! / (pcm[i]! < 0 ? 0x8000 : 0x7fff);
  return samples;
}

/** The samples in a binary frame, or undefined for one that is no PCM16: empty, or half a sample too long. */
export function pcm16OfBytes(bytes: ArrayBuffer): Int16Array<ArrayBuffer> | undefined {
  return bytes.byteLength === 0 || bytes.byteLength % 2 !== 0 ? undefined : new Int16Array(bytes);
}

/** The samples in base64 text, as `audioOutput` carries them. */
export function pcm16OfBase64(content: string): Int16Array<ArrayBuffer> | undefined {
  return pcm16OfBytes(Uint8Array.from(atob(content), (char) => char.charCodeAt(0)).buffer);
}

/** Loudness (RMS), 0 for silence to 1 for a full-scale square wave. */
export function levelOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** A level for the eye: -60 dB and less is 0, -6 dB and more is 1, linear in decibels between. */
export function meterOf(level: number): number {
  const decibels = 20 * Math.log10(Math.max(level, 1e-6));
  return Math.max(0, Math.min(1, (decibels + 60) / 54));
}
