/** Zero crossings of the sinc on each side; with the window below, 80 dB down in the stop band. */
const CROSSINGS = 32;
/** Kaiser window: 8 puts side lobes at about -80 dB. */
const KAISER_BETA = 8;
/** Cut-off as a share of the lower of the two Nyquist frequencies; what is left over is the filter's slope. */
const ROLLOFF = 0.92;

/**
 * Changes the rate of a stream of mono samples, block after block, without clicks and without aliasing: a windowed-sinc
 * low-pass in polyphase form, whose phase and history are kept from block to block, so that the result does not depend on
 * how the stream was cut. Output sample `n` is the signal at the time of input sample `n * inputRateHz / outputRateHz`; for
 * that it needs to hear `latencySamples` of input ahead.
 */
export class Resampler {
  readonly latencySamples: number;
  private readonly up: number;
  private readonly down: number;
  private readonly taps: number;
  private readonly phases: readonly Float32Array[];
  private history: Float32Array;
  /** Samples in `history`. */
  private held: number;
  /** Place of the next output in `history`, in steps of 1/up input samples. */
  private position = 0;

  /** Both rates in whole hertz. Throws RangeError otherwise. */
  constructor(inputRateHz: number, outputRateHz: number) {
    for (const rate of [inputRateHz, outputRateHz]) {
      if (!Number.isInteger(rate) || rate <= 0) throw new RangeError('A sample rate is a whole number of hertz');
    }
    const common = greatestCommonDivisor(inputRateHz, outputRateHz);
    this.up = outputRateHz / common;
    this.down = inputRateHz / common;
    const cutoff = ROLLOFF * Math.min(1, outputRateHz / inputRateHz);
    const same = this.up === this.down;
    this.latencySamples = same ? 0 : Math.ceil(CROSSINGS / cutoff);
    this.taps = 2 * this.latencySamples + 1;
    this.phases = same ? [] : Array.from({ length: this.up }, (_, p) => this.phase(p / this.up, cutoff));
    this.history = new Float32Array(4_096);
    this.held = this.latencySamples;
  }

  /** The output that is complete with this input; possibly none. */
  process(input: Float32Array): Float32Array<ArrayBuffer> {
    if (this.phases.length === 0) return input.slice() as Float32Array<ArrayBuffer>;
    this.append(input);
    const { up, down, taps, history } = this;
    const ready = Math.max(0, Math.ceil(((this.held - taps + 1) * up - this.position) / down));
    const output = new Float32Array(ready);
    for (let n = 0; n < ready; n++, this.position += down) {
      const start = Math.floor(this.position / up);
      const filter = this.phases[this.position % up]!;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += filter[k]! * history[start + k]!;
      output[n] = sum;
    }
    this.forgetUsed();
    return output;
  }

  /** What is still inside, as if silence followed; afterwards it is as new. */
  end(): Float32Array<ArrayBuffer> {
    const rest = this.process(new Float32Array(this.latencySamples));
    this.reset();
    return rest;
  }

  /** Forgets what it heard. */
  reset(): void {
    this.history.fill(0, 0, this.latencySamples);
    this.held = this.latencySamples;
    this.position = 0;
  }

  /** Filter for outputs that lie `offset` (0…1) of an input sample after one. */
  private phase(offset: number, cutoff: number): Float32Array {
    const half = this.latencySamples;
    const filter = Float64Array.from({ length: this.taps }, (_, k) => {
      const x = k - half - offset;
      const reach = x / (half + 1);
      return Math.abs(reach) >= 1 ? 0 : cutoff * sinc(cutoff * x) * kaiser(reach);
    });
    // Each phase passes a constant unchanged; otherwise the rest of the window would be heard as a faint tone.
    const gain = filter.reduce((sum, tap) => sum + tap, 0);
    return Float32Array.from(filter, (tap) => tap / gain);
  }

  private append(input: Float32Array): void {
    const needed = this.held + input.length;
    if (needed > this.history.length) {
      const larger = new Float32Array(2 ** Math.ceil(Math.log2(needed)));
      larger.set(this.history.subarray(0, this.held));
      this.history = larger;
    }
    this.history.set(input, this.held);
    this.held = needed;
  }

  private forgetUsed(): void {
    const used = Math.min(this.held, Math.floor(this.position / this.up));
    this.history.copyWithin(0, used, this.held);
    this.held -= used;
    this.position -= used * this.up;
  }
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Kaiser window at -1…1. */
const kaiser = (x: number): number => besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);

/** Modified Bessel function of the first kind, order 0, by its series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
