import { dtmfTones } from '../audio/dtmf';
import { joinSamples } from '../audio/pcm';
import { answerAudioOf, startBedrock, type BedrockSimulator } from '../index';
import { bedrockClient, promptStart, utteranceIn, VoiceCaller, type PromptSettings } from '../testing/voice-caller';
import { voiceLike } from '../testing/voices';

const silence = (ms: number, rateHz = 16_000) => new Int16Array((rateHz * ms) / 1_000);

describe('a turn, through the real SDK', () => {
  let simulator: BedrockSimulator;
  beforeAll(async () => {
    simulator = await startBedrock({ voice: { pace: { audio: 200, playback: 200 } } });
  });
  afterAll(() => simulator.close());

  const call = (settings?: PromptSettings, model?: string) =>
    new VoiceCaller(bedrockClient(simulator.endpoint), model).open(settings);
  async function finished(caller: VoiceCaller): Promise<VoiceCaller> {
    // A block without data cannot be closed.
    caller.audio(silence(32)).leave();
    await caller.until(({ name }) => name === 'completionEnd');
    caller.hangUp();
    expect(await caller.ended).toBeUndefined();
    return caller;
  }

  it('sends the events of a turn in the order and shapes that were observed', async () => {
    const caller = call().speak(dtmfTones('427'));
    await caller.turnEnd(2);
    await finished(caller);
    const withoutUsage = caller.names().filter((name) => name !== 'usageEvent');
    const once = withoutUsage.filter((name, i) => name !== 'audioOutput' || withoutUsage[i - 1] !== name);
    const text = ['contentStart', 'textOutput', 'contentEnd'];
    const sentence = [...text, 'contentStart', 'audioOutput', 'contentEnd', ...text];
    expect(once).toEqual([
      ...['userSpeechStart', 'completionStart', 'userSpeechEnd'],
      ...text,
      ...sentence,
      ...sentence,
      'completionEnd',
    ]);
    expect(caller.texts()).toEqual([
      'USER FINAL: 0.5 seconds of speech, digits 4 2 7',
      'ASSISTANT SPECULATIVE: This is a simulator. I heard 0.5 seconds of speech, with the digits 4 2 7.',
      'ASSISTANT FINAL: This is a simulator. I heard 0.5 seconds of speech, with the digits 4 2 7.',
      'ASSISTANT SPECULATIVE: Here it is again.',
      'ASSISTANT FINAL: Here it is again.',
    ]);
    const stops = caller.events.flatMap(({ name, body }) =>
      name === 'contentEnd' ? [`${body.type} ${body.stopReason}`] : [],
    );
    expect(stops).toEqual([
      'TEXT PARTIAL_TURN',
      ...['TEXT PARTIAL_TURN', 'AUDIO PARTIAL_TURN', 'TEXT END_TURN'],
      ...['TEXT PARTIAL_TURN', 'AUDIO END_TURN', 'TEXT END_TURN'],
    ]);
    const audio = caller.events.find(({ name, body }) => name === 'contentStart' && body.type === 'AUDIO');
    expect(audio?.body).toEqual({
      sessionId: expect.any(String),
      promptName: 'prompt-1',
      completionId: expect.any(String),
      contentId: expect.any(String),
      type: 'AUDIO',
      role: 'ASSISTANT',
      audioOutputConfiguration: {
        mediaType: 'audio/lpcm',
        sampleRateHertz: 24_000,
        sampleSizeBits: 16,
        encoding: 'base64',
        channelCount: 1,
      },
    });
  });

  it('answers with the chime and then the very words, sample by sample', async () => {
    const words = dtmfTones('42', { toneMs: 200, gapMs: 100 });
    const caller = call().speak(joinSamples([silence(300), words]));
    await caller.turnEnd(2);
    expect(caller.heard()).toEqual(answerAudioOf(joinSamples([silence(100), words, silence(100)])));
    const sizes = caller.events.flatMap(({ name, body }) =>
      name === 'audioOutput' ? [String(body.content).length] : [],
    );
    expect(new Set(sizes).size).toBeGreaterThan(2);
    await finished(caller);
  });

  it.each([
    [8_000, 8_000],
    [24_000, 16_000],
  ])('takes %i Hz and gives %i Hz', async (inputHz, outputHz) => {
    const words = dtmfTones('19', { rateHz: inputHz });
    const caller = call({ inputHz, outputHz }).speak(words, inputHz);
    await caller.turnEnd(2);
    expect(caller.texts()[0]).toBe('USER FINAL: 0.3 seconds of speech, digits 1 9');
    expect(caller.heard()).toEqual(answerAudioOf(utteranceIn(words, inputHz), inputHz, outputHz));
    await finished(caller);
  });

  it('answers one utterance after the other on one stream, each in a completion of its own', async () => {
    const caller = call().speak(voiceLike(400));
    await caller.turnEnd(2);
    caller.speak(dtmfTones('5'));
    await caller.turnEnd(4);
    await finished(caller);
    const users = caller.texts().filter((text) => text.startsWith('USER'));
    expect(users).toEqual(['USER FINAL: 0.4 seconds of speech', 'USER FINAL: 0.1 seconds of speech, digits 5']);
    const completions = caller.events
      .filter(({ name }) => name === 'completionStart')
      .map(({ body }) => body.completionId);
    expect(new Set(completions).size).toBe(2);
    expect(caller.events.at(-1)).toMatchObject({ name: 'completionEnd', body: { completionId: completions[1] } });
    expect(caller.names().filter((name) => name === 'completionEnd')).toHaveLength(1);
  });

  it('never answers somebody who stops sending when he stops talking, until the audio ends', async () => {
    const caller = call().audio(voiceLike(400));
    await caller.until(({ name }) => name === 'completionStart');
    expect(caller.names()).toEqual(['userSpeechStart', 'completionStart']);
    await finished(caller);
    expect(caller.texts()[0]).toBe('USER FINAL: 0.4 seconds of speech');
  });

  it('counts speech tokens at about 25 a second, as deltas that add up to the totals', async () => {
    const caller = call().speak(voiceLike(2_000));
    await caller.turnEnd(2);
    await finished(caller);
    const usages = caller.events.filter(({ name }) => name === 'usageEvent').map(({ body }) => body) as unknown as {
      details: Record<'delta' | 'total', Record<'input' | 'output', Record<'speechTokens' | 'textTokens', number>>>;
      totalTokens: number;
    }[];
    const sum = (side: 'input' | 'output', kind: 'speechTokens' | 'textTokens') =>
      usages.reduce((total, { details }) => total + details.delta[side][kind], 0);
    const last = usages.at(-1);
    expect(sum('input', 'speechTokens')).toBe(50);
    // Chime 0.24 s, words 2 s with 0.1 s after them.
    expect(sum('output', 'speechTokens')).toBe(6 + 53);
    for (const side of ['input', 'output'] as const) {
      for (const kind of ['speechTokens', 'textTokens'] as const)
        expect(last?.details.total[side][kind]).toBe(sum(side, kind));
    }
    expect(last?.totalTokens).toBe(50 + 59 + sum('output', 'textTokens'));
  });

  it('remembers the history it was seeded with', async () => {
    const caller = call({
      history: [
        ['USER', 'hello'],
        ['ASSISTANT', 'hi there'],
        ['USER', 'how are you'],
        ['ASSISTANT', 'fine'],
      ],
    }).speak(voiceLike(300));
    await caller.turnEnd(2);
    expect(caller.texts()[1]).toContain('I was given 4 earlier messages.');
    await finished(caller);
  });

  it('answers typed text in the middle of the audio, and does not take history for it', async () => {
    const caller = call({ history: [['USER', 'hello']] }).text('USER', 'what time is it', true);
    await caller.turnEnd(1);
    expect(caller.texts()).toEqual([
      'ASSISTANT SPECULATIVE: This is a simulator. You typed: what time is it. I was given 1 earlier message.',
      'ASSISTANT FINAL: This is a simulator. You typed: what time is it. I was given 1 earlier message.',
    ]);
    expect(caller.heard()).toEqual(answerAudioOf(new Int16Array(0)));
    await finished(caller);
  });

  it('takes history that is marked interactive for live input: the trap of LiveKit #5220', async () => {
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint));
    caller.say('sessionStart').say('promptStart', promptStart()).text('SYSTEM', 'You are a friend.');
    caller.text('USER', 'old words', true);
    await caller.turnEnd();
    expect(caller.texts()[0]).toContain('You typed: old words.');
    caller.hangUp();
    await caller.ended;
  });

  it('ends without an answer and without an error when the input ends before sessionEnd', async () => {
    const caller = call().audio(voiceLike(400));
    await caller.until(({ name }) => name === 'completionStart');
    caller.hangUp();
    expect(await caller.ended).toBeUndefined();
    expect(caller.names()).not.toContain('textOutput');
    const record = simulator.requests.last;
    expect(record).toMatchObject({ inputEnded: true, outcome: 'answered' });
  });

  it('gives completionEnd to somebody who never said a word', async () => {
    const caller = call();
    await finished(caller);
    expect(caller.names()).toEqual(['completionStart', 'completionEnd']);
  });

  it('ignores unknown events and unknown fields', async () => {
    const caller = call()
      .say('laterEvent', { x: 1 })
      .raw({ event: { audioLevel: { dbfs: -3 } } });
    caller.say('contentStart', {
      promptName: 'prompt-1',
      contentName: 'typed',
      type: 'TEXT',
      interactive: true,
      role: 'USER',
      textInputConfiguration: { mediaType: 'text/plain', later: true },
      later: [],
    });
    caller.say('textInput', { promptName: 'prompt-1', contentName: 'typed', role: 'USER', content: 'hello' });
    caller.say('contentEnd', { promptName: 'prompt-1', contentName: 'typed' });
    await caller.turnEnd();
    await finished(caller);
  });

  it('keeps what a test may want to know of a request', async () => {
    const caller = call({ history: [['USER', 'hello']] }).speak(voiceLike(300));
    await caller.turnEnd(2);
    await finished(caller);
    const { last } = simulator.requests;
    const record = await simulator.requests.until((other) => other === last && other.outcome === 'answered');
    expect(record).toMatchObject({
      operation: 'voice',
      target: 'amazon.nova-2-sonic-v1:0',
      protocol: 'h2',
      // 0.3 s and 0.7 s, and the silent frame.
      audioBytes: 33_024,
    });
    expect(record.events.map(({ name }) => name).slice(0, 3)).toEqual(['sessionStart', 'promptStart', 'contentStart']);
    expect(JSON.stringify(record)).not.toContain('AWS4');
  });
});
