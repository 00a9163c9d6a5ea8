import { writeFileSync } from 'node:fs';

/** A 16-bit mono WAV file, the form in which Chromium takes a recorded microphone. */
export function writeWav(file: string, samples: Int16Array, sampleRateHz: number): void {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRateHz, 24);
  head.writeUInt32LE(sampleRateHz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  writeFileSync(file, Buffer.concat([head, data]));
}

export const silence = (ms: number, sampleRateHz: number) => new Int16Array(Math.round((ms * sampleRateHz) / 1_000));

export function join(...pieces: Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * How well `part` is contained in `whole`: the best normalised correlation over all offsets, and the offset. A coarse pass
 * finds the neighbourhood, a fine one the sample.
 */
export function findIn(whole: Int16Array, part: Int16Array): { correlation: number; offset: number } {
  const at = (offset: number, step: number) => {
    let dot = 0;
    let a = 0;
    let b = 0;
    for (let n = 0; n < part.length; n += step) {
      const x = whole[offset + n] ?? 0;
      const y = part[n]!;
      dot += x * y;
      a += x * x;
      b += y * y;
    }
    return a === 0 || b === 0 ? 0 : dot / Math.sqrt(a * b);
  };
  const last = Math.max(0, whole.length - part.length);
  let best = { correlation: -1, offset: 0 };
  const consider = (offset: number, step: number) => {
    const correlation = at(offset, step);
    if (correlation > best.correlation) best = { correlation, offset };
  };
  for (let offset = 0; offset <= last; offset += 2) consider(offset, 37);
  const near = best.offset;
  best = { correlation: -1, offset: 0 };
  for (let offset = Math.max(0, near - 40); offset <= Math.min(last, near + 40); offset += 1) consider(offset, 1);
  return best;
}
