/** A call: speak, and hear and read the answer. In Node the sound comes from a file; a page uses `VoiceCall` instead. */
import { isLive, until, VoiceClient } from '@parley/client';

export async function callOnce(baseUrl: string, token: string, spoken: Int16Array<ArrayBuffer>[]): Promise<string[]> {
  const call = new VoiceClient({ baseUrl, tokenSource: { token: () => Promise.resolve(token) } });
  const heard: string[] = [];
  call.on('textOutput', ({ role, content }) => void heard.push(`${role}: ${content}`));
  await call.start();
  for (const frame of spoken) call.sendAudio(frame);
  await until(call.state, (state) => !isLive(state) || state.name === 'speaking');
  await until(call.state, (state) => state.name !== 'speaking');
  await call.hangUp();
  return heard;
}
