import { toInt16 } from './pcm';

/** Length of the filter in samples of the slower of the two rates, to each side of its centre. */
const HALF_WIDTH = 48;
/** Kaiser window: side lobes about 90 dB down, well below the noise of 16 bits that matters to an ear. */
const KAISER_BETA = 9;
/** Edge of the pass band as part of the slower Nyquist rate: 7 of 8 kHz, the rest is the filter's slope. */
const CUTOFF = 0.94;

const filters = new Map<string, Float64Array>();

/**
 * Resamples PCM16 by a rational factor with a band-limited (windowed sinc) polyphase filter. The filter is centred:
 * output sample n lies at the same moment as input sample n·from/to, and what lies outside the input counts as silence.
 * @returns ceil(length · to / from) samples; a copy when the rates are equal
 */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples.slice();
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor;
  const down = fromHz / divisor;
  const filter = filterOf(up, down);
  const centre = (filter.length - 1) / 2;
  const out = new Int16Array(Math.ceil((samples.length * up) / down));
  for (let n = 0; n < out.length; n++) {
    // Position of this output on the common grid of fromHz·up, where every `up`-th place holds an input sample.
    const place = n * down;
    const first = Math.max(0, Math.ceil((place - centre) / up));
    const last = Math.min(samples.length - 1, Math.floor((place + centre) / up));
    let sum = 0;
    for (let i = first; i <= last; i++) sum += (samples[i] as number) * (filter[place - i * up + centre] as number);
    out[n] = toInt16(sum);
  }
  return out;
}

/** The resampling of every ordinary call: what came in at 16 kHz as it goes out at 24 kHz. */
export const resample16to24 = (samples: Int16Array): Int16Array => resample(samples, 16_000, 24_000);

function filterOf(up: number, down: number): Float64Array {
  const key = `${up}/${down}`;
  const known = filters.get(key);
  if (known) return known;
  const slowest = Math.max(up, down);
  const centre = HALF_WIDTH * slowest;
  const filter = new Float64Array(2 * centre + 1);
  for (let i = 0; i < filter.length; i++) {
    const x = (i - centre) / slowest;
    const window = besselI0(KAISER_BETA * Math.sqrt(1 - (x / HALF_WIDTH) ** 2)) / besselI0(KAISER_BETA);
    filter[i] = sinc(x * CUTOFF) * CUTOFF * window;
  }
  // Gain 1 for each phase on its own: otherwise a constant would come out with a faint tone on it.
  for (let phase = 0; phase < up; phase++) {
    let gain = 0;
    for (let i = phase; i < filter.length; i += up) gain += filter[i] as number;
    for (let i = phase; i < filter.length; i += up) filter[i] = (filter[i] as number) / gain;
  }
  filters.set(key, filter);
  return filter;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
