import { dtmfTones } from './dtmf';
import { joinSamples } from './pcm';
import { voiceLike, withNoise } from '../testing/voices';
import { findUtterances, UtteranceFinder, type HeardEvent } from './utterances';

const silence = (ms: number) => new Int16Array(16 * ms);

describe('findUtterances', () => {
  it('finds the words between silences, with 100 ms around them', () => {
    const words = dtmfTones('42', { toneMs: 200, gapMs: 100 });
    const [utterance, ...others] = findUtterances(joinSamples([silence(1_000), words, silence(1_000)]));
    expect(others).toEqual([]);
    expect(utterance).toMatchObject({ from: 16 * 900, to: 16 * 1_600, speechMs: 500 });
    expect(utterance?.samples).toEqual(joinSamples([silence(100), words, silence(100)]));
  });

  it('takes a pause shorter than the end of a turn as part of it', () => {
    const audio = joinSamples([
      voiceLike(400),
      silence(400),
      voiceLike(400),
      silence(600),
      voiceLike(400),
      silence(600),
    ]);
    expect(findUtterances(audio)).toHaveLength(2);
    expect(findUtterances(audio, 16_000, { endOfTurnMs: 300 })).toHaveLength(3);
  });

  it('hears no beginning in a click, in silence, in the noise of a room', () => {
    const click = silence(1_000).fill(20_000, 8_000, 8_160);
    expect(findUtterances(click)).toEqual([]);
    expect(findUtterances(silence(3_000))).toEqual([]);
    expect(findUtterances(withNoise(silence(3_000), -50))).toEqual([]);
  });

  it('finds the words in the noise of a room', () => {
    const audio = withNoise(joinSamples([silence(1_000), voiceLike(800), silence(1_000)]), -48);
    const [utterance] = findUtterances(audio);
    expect(Math.abs((utterance?.speechMs ?? 0) - 800)).toBeLessThanOrEqual(60);
  });

  it('hears the same however the samples are cut', () => {
    const audio = joinSamples([silence(330), voiceLike(777), silence(700), voiceLike(300), silence(900)]);
    const inOne = findUtterances(audio);
    for (const size of [1, 77, 512, 4_000]) {
      const finder = new UtteranceFinder(16_000);
      const events: HeardEvent[] = [];
      for (let at = 0; at < audio.length; at += size) events.push(...finder.push(audio.slice(at, at + size)));
      expect(events.flatMap((event) => (event.type === 'speechEnd' ? [event.utterance] : []))).toEqual(inOne);
    }
  });

  it('says a beginning before the end, and where in the audio both were', () => {
    const finder = new UtteranceFinder(16_000);
    const events = finder.push(joinSamples([silence(200), voiceLike(400), silence(600)]));
    expect(events).toMatchObject([
      { type: 'speechStart', atMs: 200 },
      { type: 'speechEnd', atMs: 600, detectedAtMs: 1_100 },
    ]);
  });

  it('cuts a line that is never quiet', () =>
    expect(findUtterances(voiceLike(3_000), 16_000, { longestMs: 1_000 })).toHaveLength(3));
});
