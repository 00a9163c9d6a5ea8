import { amplitudeOf, rmsOf } from './pcm';

const ROWS_HZ = [697, 770, 852, 941] as const;
const COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

export interface DtmfOptions {
  /** Default 16000. */
  rateHz?: number;
  /** Length of each tone and of the pause after it, ms. Defaults 100 and 80; ITU-T Q.24 wants at least 40 of each. */
  toneMs?: number;
  gapMs?: number;
  /** Level of each of the two sines of a tone, dBFS. Default -15, a normal microphone. */
  levelDbfs?: number;
}

/** The tones of a row of keys (`0-9`, `*`, `#`, `A-D`), with a pause between them and none at the ends. */
export function dtmfTones(digits: string, options: DtmfOptions = {}): Int16Array {
  const { rateHz = 16_000, toneMs = 100, gapMs = 80, levelDbfs = -15 } = options;
  const tone = Math.round((rateHz * toneMs) / 1_000);
  const step = tone + Math.round((rateHz * gapMs) / 1_000);
  const out = new Int16Array(digits.length === 0 ? 0 : step * (digits.length - 1) + tone);
  [...digits].forEach((digit, index) => {
    const row = KEYS.findIndex((keys) => keys.includes(digit.toUpperCase()));
    if (row < 0) throw new RangeError('A DTMF key is one of 0-9, *, #, A-D');
    const column = (KEYS[row] as string).indexOf(digit.toUpperCase());
    for (let i = 0; i < tone; i++) {
      const low = Math.sin((2 * Math.PI * (ROWS_HZ[row] as number) * i) / rateHz);
      const high = Math.sin((2 * Math.PI * (COLUMNS_HZ[column] as number) * i) / rateHz);
      out[index * step + i] = Math.round(amplitudeOf(levelDbfs) * (low + high));
    }
  });
  return out;
}

/** Length of an analysed block: rows lie 73 Hz apart, so two of them are told apart from about 25 ms on. */
const BLOCK_MS = 25;
const HOP_MS = 5;
/** Blocks that must agree on a key: 5 blocks begin and end 45 ms apart, near the shortest tone of Q.24. */
const AGREEING = 5;
/** Quieter than this is no tone, however pure. */
const QUIETEST_DBFS = -50;
/** Part of a block's energy that lies in the two tones. Speech stays below; noise 6 dB under the tones stays above. */
const PURITY = 0.65;
/** Row and column may differ by this factor in power (8 dB, as Q.24 allows in its wider direction). */
const TWIST = 6.3;
/** Within its group a tone stands out by this factor in power. */
const PROMINENCE = 5;
/** A tone that fell to this part of its peak has ended; that is how the same key pressed twice is heard twice. */
const FALLEN = 0.3;

/** The DTMF keys that are heard in `samples`, in order; an empty string when there are none. */
export function detectDigits(samples: Int16Array, rateHz = 16_000): string {
  const block = Math.round((rateHz * BLOCK_MS) / 1_000);
  const hop = Math.round((rateHz * HOP_MS) / 1_000);
  let digits = '';
  let key = '';
  let agreeing = 0;
  let peak = 0;
  for (let from = 0; from + block <= samples.length; from += hop) {
    const heard = keyOfBlock(samples, from, block, rateHz);
    const same = heard !== undefined && heard.key === key && heard.power > peak * FALLEN;
    if (!same) {
      key = heard?.key ?? '';
      agreeing = 0;
      // What is left of a fallen tone must rise again before it counts as another press.
      if (heard && heard.power <= peak * FALLEN) key = '';
    }
    peak = heard ? (same ? Math.max(peak, heard.power) : heard.power) : 0;
    if (key !== '' && ++agreeing === AGREEING) digits += key;
  }
  return digits;
}

function keyOfBlock(samples: Int16Array, from: number, length: number, rateHz: number) {
  const rms = rmsOf(samples, from, from + length);
  if (rms < amplitudeOf(QUIETEST_DBFS)) return undefined;
  const energy = rms ** 2 * length;
  const row = strongest(ROWS_HZ.map((hz) => goertzel(samples, from, length, hz / rateHz)));
  const column = strongest(COLUMNS_HZ.map((hz) => goertzel(samples, from, length, hz / rateHz)));
  if (!row || !column) return undefined;
  const power = row.power + column.power;
  if (power < PURITY * energy) return undefined;
  if (row.power > TWIST * column.power || column.power > TWIST * row.power) return undefined;
  return { key: (KEYS[row.index] as string).charAt(column.index), power };
}

function strongest(powers: number[]) {
  const power = Math.max(...powers);
  const index = powers.indexOf(power);
  const standsOut = powers.every((other, i) => i === index || other * PROMINENCE < power);
  return standsOut ? { index, power } : undefined;
}

/** Energy of one frequency (as a part of the sample rate) in a block, on the scale of the block's sum of squares. */
function goertzel(samples: Int16Array, from: number, length: number, frequency: number): number {
  const coefficient = 2 * Math.cos(2 * Math.PI * frequency);
  let before = 0;
  let last = 0;
  for (let i = from; i < from + length; i++) {
    const now = (samples[i] as number) + coefficient * last - before;
    before = last;
    last = now;
  }
  return (2 * (last ** 2 + before ** 2 - coefficient * last * before)) / length;
}
