import { dtmfTones } from '@parley/aws-sim';
import { bodyOf, callStart, hangUp, isLastFinal, nameOf, named, readUntil, speak } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

const warnings = (text: string) =>
  text.split('\n').filter((line) => line.includes('nothing is known of this speech model'));

it('a model that nobody knows is asked for the least, and the log says so once, at the start', async () => {
  // The first of its kind stands in: it would end a stream for what only later ones take.
  const { connect, logs } = await voice.replica({ VOICE_MODEL_ID: 'amazon.nova-sonic-v1:0' });
  expect(warnings(logs.text)).toEqual([]);
  const socket = await connect('alice');
  await callStart(socket);
  speak(socket, dtmfTones('7'));
  const frames = await readUntil(socket, isLastFinal);
  expect(frames.map(nameOf)).not.toContain('callResuming');
  socket.say({ event: { textInput: { content: 'typed' } }, ref: 't' });
  const [error] = (await readUntil(socket, named('error'))).slice(-1);
  expect(bodyOf(error!)).toMatchObject({ code: 'part_not_supported', ref: 't' });
  await hangUp(socket);

  const unknown = await voice.replica({ VOICE_MODEL_ID: 'amazon.nova-9-sonic-v1:0' });
  expect(warnings(unknown.logs.text)).toHaveLength(1);
  expect(warnings(unknown.logs.text)[0]).toContain('amazon.nova-9-sonic-v1:0');
});
