import type { CapturedFrame, PlaybackNews } from './worklet-messages';

/** The worklet file as the audio thread loads it: with that thread's globals, and nothing of a page. */
interface Processor {
  port: { onmessage?: (event: { data: unknown }) => void; posted: unknown[] };
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}
const processors = new Map<string, new (options: { processorOptions: object }) => Processor>();

beforeAll(async () => {
  class AudioWorkletProcessor {
    readonly port = {
      posted: [] as unknown[],
      postMessage(message: unknown) {
        this.posted.push(message);
      },
    };
  }
  Object.assign(globalThis, {
    sampleRate: 48_000,
    AudioWorkletProcessor,
    registerProcessor: (name: string, processor: never) => processors.set(name, processor),
  });
  await import('./audio-worklet');
});

const make = (name: string, processorOptions: object): Processor => new (processors.get(name)!)({ processorOptions });

describe('the capture processor', () => {
  it('gives frames of 512 samples at 16 kHz from the device’s 48 kHz, both channels mixed', () => {
    const capture = make('parley-capture', { outputRateHz: 16_000, frameSamples: 512 });
    for (let quantum = 0; quantum < 375; quantum++) {
      capture.process([[new Float32Array(128).fill(0.6), new Float32Array(128).fill(0.2)]], []);
    }
    const frames = capture.port.posted as CapturedFrame[];
    expect(frames).toHaveLength(Math.floor((16_000 - 35) / 512));
    expect(frames.every(({ pcm }) => pcm.length === 512)).toBe(true);
    expect(frames.at(-1)!.level).toBeCloseTo(0.4, 3);
  });

  it('lives on while no microphone is connected', () => {
    expect(make('parley-capture', { outputRateHz: 16_000, frameSamples: 512 }).process([[]], [])).toBe(true);
  });
});

describe('the playback processor', () => {
  const run = (playback: Processor, quanta: number): Float32Array => {
    const output = new Float32Array(128);
    for (let n = 0; n < quanta; n++) playback.process([], [[output]]);
    return output;
  };

  it('plays, reports, and answers a flush with silence and how much it dropped', () => {
    const playback = make('parley-playback', { inputRateHz: 24_000, startMs: 150, maxMs: 10_000 });
    playback.port.onmessage!({ data: { type: 'audio', pcm: new Int16Array(24_000).fill(8_000) } });
    expect(run(playback, 40).some((sample) => sample !== 0)).toBe(true);
    playback.port.onmessage!({ data: { type: 'flush', id: 7 } });
    expect(run(playback, 1).every((sample) => sample === 0)).toBe(true);
    const news = playback.port.posted as PlaybackNews[];
    expect(news.find(({ type }) => type === 'flushed')).toMatchObject({ id: 7, droppedMs: expect.closeTo(892, 0) });
    const reports = news.flatMap((one) => (one.type === 'report' ? [one.report] : []));
    expect(reports[0]).toMatchObject({ phase: 'playing', level: expect.any(Number) });
    expect(reports.at(-1)).toMatchObject({ phase: 'silent', queuedMs: 0 });
  });

  it('tells with the very block when an answer can be heard first, and again of the next answer', () => {
    const playback = make('parley-playback', { inputRateHz: 48_000, startMs: 10, maxMs: 10_000 });
    const reports = () =>
      (playback.port.posted as PlaybackNews[]).flatMap((one) => (one.type === 'report' ? [one.report] : []));
    const answer = new Int16Array(9_600);
    answer.fill(8_000, 4_800, 7_200); // a tenth of a second without a sound before the word, half of one after it
    for (let times = 1; times <= 2; times++) {
      playback.port.onmessage!({ data: { type: 'audio', pcm: answer.slice() } });
      run(playback, 120);
      const heard = reports().filter(({ isAudible }, n, all) => isAudible && all[n - 1]?.isAudible !== true);
      expect(heard).toHaveLength(times);
      // Within a block of 128 samples, and those that are played before the first is said to be.
      expect(heard.at(-1)!.playedMs - (times - 1) * 200).toBeGreaterThan(100);
      expect(heard.at(-1)!.playedMs - (times - 1) * 200).toBeLessThan(103);
      expect(reports().at(-1)).toMatchObject({ phase: 'silent', isAudible: false });
    }
  });
});
