/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { FakeAudio } from '../../test/fake-audio';
import { startVoiceServer, type ServerConnection } from '../../test/voice-server';
import { ClientError } from '../core/client-error';
import type { VoiceCallOptions } from '../voice/voice-call';
import { useVoiceCall } from './use-voice-call';

let server: Awaited<ReturnType<typeof startVoiceServer>>;
beforeEach(async () => void (server = await startVoiceServer()));
afterEach(async () => {
  server.endCalls();
  cleanup();
  await server.close();
});

function rendered(audio = new FakeAudio()) {
  const options: VoiceCallOptions = {
    tokenSource: { token: () => Promise.resolve('token') },
    baseUrl: server.url,
    audio: () => audio,
  };
  return { audio, ...renderHook(() => useVoiceCall(options)) };
}

async function inCall(): Promise<ReturnType<typeof rendered> & { connection: ServerConnection }> {
  const hook = rendered();
  act(() => hook.result.current.start());
  const connection = await act(() => server.connection());
  expect(await act(() => connection.next())).toHaveProperty('callStart');
  connection.ready();
  await waitFor(() => expect(hook.result.current.state.name).toBe('listening'));
  return { ...hook, connection };
}

describe('useVoiceCall', () => {
  it('has no call before one is started', () => {
    const { result } = rendered();
    expect(result.current).toMatchObject({ call: undefined, state: { name: 'idle' }, transcript: [], muted: false });
    act(() => result.current.hangUp());
    act(() => result.current.setMuted(true));
    expect(result.current).toMatchObject({ state: { name: 'idle' }, muted: false });
  });

  it('renders what is said, who speaks, and the end', async () => {
    const { result, connection } = await inCall();
    connection.say('textOutput', { contentId: 'x', role: 'USER', content: 'hello' });
    await waitFor(() => expect(result.current.transcript).toMatchObject([{ role: 'user', text: 'hello' }]));
    connection.say('contentStart', { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' });
    await waitFor(() => expect(result.current.state.name).toBe('speaking'));
    connection.say('callEnded', { reason: 'limit', durationMs: 5 });
    await waitFor(() => expect(result.current.state).toMatchObject({ name: 'ended', reason: 'limit' }));
  });

  it('mutes the microphone, and says that it did', async () => {
    const { result, audio } = await inCall();
    act(() => result.current.setMuted(true));
    expect(result.current.muted).toBe(true);
    expect(audio.did).toContain('muted true');
  });

  it('says why there is no call', async () => {
    const refused = new ClientError({ code: 'microphone_refused', kind: 'denied', message: 'Allow it' });
    const { result } = rendered(Object.assign(new FakeAudio(), { start: () => Promise.reject(refused) }));
    act(() => result.current.start());
    await waitFor(() => expect(result.current.state).toEqual({ name: 'failed', error: refused, remedy: 'retry' }));
  });

  it('hangs up with its component', async () => {
    const { audio, connection, unmount } = await inCall();
    unmount();
    expect(await connection.next()).toHaveProperty('callEnd');
    connection.say('callEnded', { reason: 'hangup', durationMs: 5 });
    await waitFor(() => expect(audio.did).toContain('stop'));
  });

  it('hangs up the call before when another is started', async () => {
    const { result, connection } = await inCall();
    const before = result.current.call;
    act(() => result.current.start());
    expect(await act(() => connection.next())).toHaveProperty('callEnd');
    const second = await act(() => server.connection());
    await act(() => second.next());
    second.ready({ callId: 'call-2' });
    await waitFor(() => expect(result.current.state.name).toBe('listening'));
    expect(result.current.call).not.toBe(before);
    expect(result.current.call?.callId).toBe('call-2');
  });
});
