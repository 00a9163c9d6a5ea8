import { dtmfTones } from '../audio/dtmf';
import { answerAudioOf, ManualClock, startBedrock, type BedrockSimulator } from '../index';
import { bedrockClient, utteranceIn, VoiceCaller } from '../testing/voice-caller';
import { voiceLike } from '../testing/voices';

describe('barge-in', () => {
  let simulator: BedrockSimulator;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    simulator = await startBedrock({ clock });
  });
  afterEach(() => simulator.close());

  const isAudioEnd = ({ name, body }: { name: string; body: { type?: string } }) =>
    name === 'contentEnd' && body.type === 'AUDIO';

  /** Whether each has read all that the other said: the network has no part in the clock, which must not run on without it. */
  const isRead = ({ said, events }: VoiceCaller): boolean => {
    const { last } = simulator.requests;
    return last !== undefined && last.events.length + last.audioEvents === said && last.sent.length === events.length;
  };
  /** Lets time pass until the caller has what it waits for. */
  async function passUntil<T>(caller: VoiceCaller, wanted: Promise<T>): Promise<T> {
    let done = false;
    void wanted.finally(() => (done = true)).catch(() => undefined);
    while (!done) {
      if (isRead(caller)) await clock.advance(20);
      else await new Promise((resolve) => setImmediate(resolve));
    }
    return wanted;
  }

  const markers = (caller: VoiceCaller) => caller.texts().filter((text) => text.includes('"interrupted"'));

  it('stops an answer that is being sent, says so twice, and answers the new words', async () => {
    const first = voiceLike(3_000);
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint)).open().speak(first);
    await passUntil(
      caller,
      caller.until(({ name }) => name === 'audioOutput', 6),
    );
    caller.audio(dtmfTones('9', { toneMs: 300 }));
    const end = await caller.until(({ body, name }) => name === 'contentEnd' && body.stopReason === 'INTERRUPTED');
    expect(end.body.type).toBe('AUDIO');
    await caller.until(({ name }) => name === 'completionStart', 2);
    expect(caller.heard().length).toBeLessThan(answerAudioOf(utteranceIn(first)).length);
    expect(caller.events.slice(caller.events.indexOf(end)).map(({ name }) => name)).not.toContain('audioOutput');
    expect(markers(caller)).toEqual(['ASSISTANT FINAL: { "interrupted" : true }']);
    expect(caller.texts()).not.toContain('ASSISTANT FINAL: Here it is again.');
    const names = caller.names();
    expect(names.lastIndexOf('userSpeechStart')).toBeLessThan(caller.events.indexOf(end));

    caller.audio(new Int16Array(16_000));
    await passUntil(
      caller,
      caller.until(({ name, body }) => name === 'textOutput' && String(body.content).includes('digits 9')),
    );
    await passUntil(caller, caller.turnEnd(3));
    expect(caller.texts().at(-1)).toBe('ASSISTANT FINAL: Here it is again.');
    caller.abort.abort();
  });

  it('also stops an answer that was sent whole and is still being heard', async () => {
    const words = voiceLike(3_000);
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint)).open().speak(words);
    const whole = answerAudioOf(utteranceIn(words)).length;
    const sent = () => caller.heard().length;
    await passUntil(
      caller,
      caller.until(() => sent() === whole),
    );
    expect(caller.events.filter(isAudioEnd)).toHaveLength(1);
    caller.audio(voiceLike(300));
    const end = await caller.until(({ body, name }) => name === 'contentEnd' && body.stopReason === 'INTERRUPTED');
    expect(end.body.type).toBe('AUDIO');
    caller.abort.abort();
  });

  it('does not take words for an interruption when the answer has been heard', async () => {
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint)).open().speak(voiceLike(500));
    await passUntil(caller, caller.turnEnd(2));
    caller.audio(voiceLike(300));
    await caller.until(({ name }) => name === 'completionStart', 2);
    expect(markers(caller)).toEqual([]);
    caller.abort.abort();
  });

  it('sends audio faster than it is heard, but never all at once', async () => {
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint)).open().speak(voiceLike(4_000));
    await caller.until(({ name }) => name === 'audioOutput');
    const started = clock.now();
    await clock.advance(1);
    expect(caller.heard().length).toBeLessThan(24_000);
    await passUntil(caller, caller.until(isAudioEnd, 2));
    const heardMs = (caller.heard().length / 24_000) * 1_000;
    expect(clock.now() - started).toBeGreaterThanOrEqual(Math.floor(heardMs));
    caller.abort.abort();
  });

  it('takes a click for no interruption', async () => {
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint)).open().speak(voiceLike(500));
    await passUntil(
      caller,
      caller.until(({ name }) => name === 'audioOutput'),
    );
    caller.audio(new Int16Array(4_096).fill(20_000, 100, 300));
    await passUntil(caller, caller.turnEnd(2));
    expect(markers(caller)).toEqual([]);
    caller.abort.abort();
  });
});
