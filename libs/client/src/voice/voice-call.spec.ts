import { ClientError } from '../core/client-error';
import { until } from '../core/observable';
import { FakeAudio } from '../../test/fake-audio';
import { startVoiceServer } from '../../test/voice-server';
import { VoiceCall } from './voice-call';

const calls: VoiceCall[] = [];
let server: Awaited<ReturnType<typeof startVoiceServer>>;
beforeEach(async () => void (server = await startVoiceServer()));
afterEach(async () => {
  server.endCalls();
  await Promise.all(calls.splice(0).map((made) => made.hangUp()));
  await server.close();
});

async function call() {
  const audio = new FakeAudio();
  const made = new VoiceCall({
    tokenSource: { token: () => Promise.resolve('token') },
    baseUrl: server.url,
    audio: () => audio,
  });
  calls.push(made);
  const started = made.start();
  const connection = await server.connection();
  await connection.next();
  connection.ready();
  await started;
  return { call: made, audio, connection };
}

describe('VoiceCall', () => {
  it('carries the microphone to the line and the speech to the loudspeaker', async () => {
    const { call: made, audio, connection } = await call();
    audio.events.emit('frame', new Int16Array(512).fill(5));
    expect(await connection.next()).toHaveLength(1_024);
    connection.speech([7]);
    connection.say('textOutput', { contentId: 'x', role: 'USER', content: 'hello' });
    await until(made.transcript, (lines) => lines.length === 1);
    expect(audio.did).toEqual(['play 7']);
  });

  it('stops playing as soon as the person speaks over it', async () => {
    const { call: made, audio, connection } = await call();
    connection.say('contentEnd', { contentId: 'a', type: 'AUDIO', stopReason: 'INTERRUPTED' });
    await until(made.bargeInMs, (ms) => ms !== undefined);
    expect(audio.did).toEqual(['flush']);
  });

  it('speaks until the last word was heard, not only received', async () => {
    const { call: made, audio, connection } = await call();
    connection.say('contentStart', { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' });
    await until(made.state, ({ name }) => name === 'speaking');
    audio.playing('playing');
    connection.say('contentEnd', { contentId: 'a', type: 'AUDIO', stopReason: 'END_TURN' });
    await until(made.client.state, ({ name }) => name === 'listening');
    expect(made.state.get().name).toBe('speaking');
    audio.playing('silent');
    expect(made.state.get().name).toBe('listening');
  });

  it('makes no call when the microphone is refused', async () => {
    const refused = new ClientError({ code: 'microphone_refused', kind: 'denied', message: 'Allow it' });
    const audio = Object.assign(new FakeAudio(), { start: () => Promise.reject(refused) });
    const token = jest.fn();
    const made = new VoiceCall({ tokenSource: { token }, baseUrl: server.url, audio: () => audio });
    await expect(made.start()).rejects.toBe(refused);
    expect(made.state.get()).toEqual({ name: 'failed', error: refused, remedy: 'retry' });
    expect(token).not.toHaveBeenCalled();
    expect(audio.did).toEqual(['stop']);
  });

  it('goes on when the microphone is gone, says so, and takes the next one that is plugged in', async () => {
    const { call: made, audio, connection } = await call();
    const lost = new ClientError({ code: 'microphone_missing', kind: 'invalid', message: 'Connect one' });
    audio.events.emit('lost', lost);
    expect(await until(made.microphoneTrouble, (trouble) => trouble !== undefined)).toBe(lost);
    connection.speech([7]);
    connection.say('textOutput', { contentId: 'x', role: 'USER', content: 'hello' });
    await until(made.transcript, (lines) => lines.length === 1);
    expect(made.state.get().name).toBe('listening');
    audio.hasMicrophone = true;
    audio.devicesChanged();
    await until(made.microphoneTrouble, (trouble) => trouble === undefined);
    expect(audio.did).toEqual(['microphone any', 'play 7', 'microphone any']);
  });

  it('goes over to another microphone or loudspeaker in the middle', async () => {
    const { call: made, audio } = await call();
    audio.hasMicrophone = true;
    await made.useMicrophone('headset');
    await made.useSpeaker('headset');
    expect(audio.did).toEqual(['microphone headset', 'speaker headset']);
  });

  it('lets go of microphone and loudspeaker when it is over', async () => {
    const { call: made, audio, connection } = await call();
    connection.say('callEnded', { reason: 'limit', durationMs: 1 });
    await until(made.state, ({ name }) => name === 'ended');
    expect(audio.did).toContain('stop');
  });

  it('counts what could not be heard of the person, until they are understood again', async () => {
    const { call: made, connection } = await call();
    const dropped = { code: 'audio_dropped', kind: 'invalid', message: 'Too fast', droppedMs: 320 };
    for (const droppedMs of [320, 180]) connection.say('error', { ...dropped, droppedMs });
    await until(made.lostSpeechMs, (ms) => ms === 500);
    connection.say('textOutput', { contentId: 'u', role: 'USER', content: 'hello' });
    await until(made.lostSpeechMs, (ms) => ms === 0);
  });

  it('shows each try to find its line, and no half answer of a stream that is gone', async () => {
    const { call: made, connection } = await call();
    connection.say('textOutput', {
      contentId: 's',
      role: 'ASSISTANT',
      content: 'A long story',
      additionalModelFields: '{"generationStage":"SPECULATIVE"}',
    });
    for (const attempt of [1, 2]) {
      connection.say('callResuming', { reason: 'dropped', attempt });
      await until(made.state, (state) => state.name === 'resuming' && state.attempt === attempt);
    }
    expect(made.transcript.get()).toMatchObject([{ text: 'A long story', interrupted: true }]);
    connection.say('callResumed', { gapMs: 5 });
    await until(made.state, ({ name }) => name === 'listening');
    expect(made.callId).toBe('call-1');
  });

  it('mutes the microphone only', async () => {
    const { call: made, audio } = await call();
    made.setMuted(true);
    expect(audio.did).toEqual(['muted true']);
    expect(made.muted.get()).toBe(true);
  });
});
