import type { PlaybackReport } from '@parley/client';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { message, startParley, type FakeCall } from '../../test/fake-parley';
import { closePage, refusedAudio, renderPage, silentAudio, silentReport } from '../../test/render-page';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
afterEach(() => {
  closePage();
  parley.reset();
});

const items = () =>
  screen.queryAllByTestId('message').map((item) => {
    const { role, stage } = item.dataset;
    return `${role} ${stage}: ${item.querySelector('.message-text')?.textContent}`;
  });
const shows = (...wanted: string[]) => waitFor(() => expect(items()).toEqual(wanted));

async function callFrom(path: string, audio = silentAudio): Promise<FakeCall> {
  renderPage(parley.url, path, audio);
  await screen.findByRole('combobox', { name: 'Assistant' });
  fireEvent.click(screen.getByRole('button', { name: 'Talk' }));
  await waitFor(() => expect(screen.getByTestId('call-state').textContent).toBe('Listening'));
  return parley.calls[0]!;
}

describe('talking', () => {
  it('begins a conversation, which then has an address', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    expect(call.start).toEqual({ assistant: 'guide', audio: 'binary' });
    await waitFor(() => expect(location.pathname).toBe('/c/conversation-0001'));
  });

  it.each([
    ['Write it down', true],
    ['Do not', false],
  ])('asks before the first call whether it is written down: %s', async (answer, transcripts) => {
    parley.signedIn();
    let consent: object = { asked: true };
    parley.routes['GET /api/session/me'] = () => ({ status: 200, json: { consent } });
    parley.routes['PUT /api/session/consent'] = (body: object) => {
      consent = { asked: true, ...body };
      return { status: 204 };
    };
    renderPage(parley.url);
    const line = await screen.findByTestId('consent-line');
    expect(line.textContent).toContain('Nothing is written down before you agree');
    fireEvent.click(screen.getByRole('button', { name: answer }));
    await waitFor(() => expect(screen.queryByTestId('consent-line')).toBeNull());
    await waitFor(() => expect(consent).toEqual({ asked: true, transcripts }));
  });

  it('asks nobody to speak before somebody can hear it', async () => {
    parley.signedIn();
    const message = 'Too many calls are open';
    parley.callRefusals.push({ code: 'at_capacity', kind: 'unavailable', message, retryAfterMs: 10 });
    renderPage(parley.url, '/', silentAudio);
    await screen.findByRole('combobox', { name: 'Assistant' });
    fireEvent.click(screen.getByRole('button', { name: 'Talk' }));
    await waitFor(() => expect(screen.getByTestId('call-state').textContent).toBe('Trying again…'));
    expect(screen.getAllByText(message)).not.toHaveLength(0);
    expect(screen.queryByText('Go ahead, say something.')).toBeNull();
    await screen.findByText('Go ahead, say something.');
    expect(screen.getByTestId('call-state').textContent).toBe('Listening');
  });

  it('goes on in the conversation that is open', async () => {
    parley.signedIn([message(1, 'user', 'Hello'), message(2, 'assistant', 'Hello.')]);
    const call = await callFrom('/c/conversation-0001');
    expect(call.start).toMatchObject({ conversationId: 'conversation-0001' });
  });

  it('shows what is about to be said at once, and once it was said not a second time', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.text('USER', 'FINAL', 'when does it open', { messageId: 'm-1', seq: 1 });
    call.text('ASSISTANT', 'SPECULATIVE', 'At ten.');
    call.text('ASSISTANT', 'SPECULATIVE', 'On Sundays at eleven.');
    await shows(
      'user final: when does it open',
      'assistant speculative: At ten.',
      'assistant speculative: On Sundays at eleven.',
    );
    call.text('ASSISTANT', 'FINAL', 'At ten.', { messageId: 'm-2', seq: 2 });
    await shows(
      'user final: when does it open',
      'assistant final: At ten.',
      'assistant speculative: On Sundays at eleven.',
    );
  });

  it('shows what the log has after the call, each line once and nothing that was not said', async () => {
    const log: object[] = [];
    parley.signedIn(log);
    const call = await callFrom('/');
    call.text('USER', 'FINAL', 'hello', { messageId: 'm-1', seq: 1 });
    call.text('ASSISTANT', 'SPECULATIVE', 'Hello, how are you?');
    await shows('user final: hello', 'assistant speculative: Hello, how are you?');
    log.push(message(1, 'user', 'hello', { callId: 'call-1' }), message(2, 'assistant', 'Hello', { callId: 'call-1' }));
    fireEvent.click(screen.getByRole('button', { name: 'Hang up' }));
    await shows('user final: hello', 'assistant final: Hello');
    expect(screen.getByTestId('call-state').textContent).toBe('Call ended · 1:01');
  });

  it('never shows the interrupted marker', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.text('ASSISTANT', 'SPECULATIVE', 'A long story.');
    call.say('textOutput', { contentId: 'x', role: 'ASSISTANT', content: '{ "interrupted" : true }' });
    expect(await screen.findByText('Interrupted')).toBeTruthy();
    await shows('assistant speculative: A long story.');
  });

  it('types into the call while there is one', async () => {
    parley.signedIn();
    await callFrom('/');
    const field = await screen.findByPlaceholderText('Type into the call');
    fireEvent.change(field, { target: { value: 'my number is 12' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await shows('user typed: my number is 12');
    expect(screen.getByText('Typed')).toBeTruthy();
    expect(screen.queryByText('Spoken')).toBeNull();
    expect(parley.seen.map(({ route }) => route)).not.toContain('POST /api/chat');
  });

  it('says that the microphone is muted', async () => {
    parley.signedIn();
    await callFrom('/');
    const button = screen.getByRole('button', { name: 'Mute' });
    fireEvent.click(button);
    expect(screen.getByTestId('call-state').textContent).toBe('Muted');
    expect(button.getAttribute('aria-pressed')).toBe('true');
  });

  it('says of a call that is not written down that it is not, in it and in its figures', async () => {
    parley.signedIn();
    parley.callFacts['kept'] = false;
    await callFrom('/');
    expect(screen.getByTestId('not-kept').textContent).toBe('What is said is not written down.');
    await waitFor(() => expect(screen.getByTestId('announcer').textContent).toContain('not written down'));
    expect(screen.getByTestId('connection-panel').textContent).toContain('Written downno');
    fireEvent.click(screen.getByRole('button', { name: 'Hang up' }));
    expect(await screen.findByText(/^Call ended/)).toHaveProperty(
      'textContent',
      'Call ended · 1:01 · Nothing was written down',
    );
  });

  it('says why there is no call when the microphone is refused, and offers to try again', async () => {
    parley.signedIn();
    renderPage(parley.url, '/', refusedAudio);
    fireEvent.click(await screen.findByRole('button', { name: 'Talk' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The microphone is not allowed.');
    expect(screen.getByRole('button', { name: 'Call again' })).toBeTruthy();
    expect(parley.calls).toEqual([]);
  });
});

describe('a call in trouble', () => {
  const state = () => screen.getByTestId('call-state');
  const says = (name: string, words: string) =>
    waitFor(() => expect([state().dataset['state'], state().textContent]).toEqual([name, words]));
  // Said a moment after it is shown.
  const isTold = (words: string) =>
    waitFor(() =>
      expect([...screen.getByTestId('announcer').children].map(({ textContent }) => textContent)).toContainEqual(
        expect.stringContaining(words),
      ),
    );

  it('says that the assistant’s voice is coming back, and then listens', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.say('callResuming', { reason: 'dropped', attempt: 1 });
    await says('resuming', 'One moment…');
    await isTold('is coming back');
    call.say('callResumed', { gapMs: 100 });
    await says('listening', 'Listening');
  });

  it('says that the line is lost, where the words go meanwhile, and finds it again', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.socket.terminate();
    await says('reconnecting', 'Reconnecting…');
    await isTold('What you say now is kept');
    await says('listening', 'Listening');
    expect(parley.calls[1]!.start).toMatchObject({ callId: 'call-1' });
  });

  it('says that the call moves, and goes on with it', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.say('callMoving', { retryAfterMs: 10 });
    call.socket.close(1012);
    await says('moving', 'Moving the call…');
    await says('listening', 'Listening');
    expect(parley.calls).toHaveLength(2);
  });

  it('says that another device has the call, and brings it back on request', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    await waitFor(() => expect(location.pathname).toBe('/c/conversation-0001'));
    call.socket.close(4409, 'The call goes on over a newer connection');
    await waitFor(() => expect(state().dataset['state']).toBe('replaced'));
    await isTold('on another device');
    fireEvent.click(screen.getByRole('button', { name: 'Bring it here' }));
    await says('listening', 'Listening');
    expect(parley.calls[1]!.start).toMatchObject({ callId: 'call-1', conversationId: 'conversation-0001' });
  });

  it('asks for a sign-in when the person was signed out', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.socket.close(4401, 'Signed out');
    expect((await screen.findByRole('alert')).textContent).toContain('You were signed out.');
    expect(screen.getByRole('button', { name: 'Sign in' })).toBeTruthy();
    expect(state().dataset['state']).toBe('failed');
  });

  it('says why it failed for good, and offers to call again in the same conversation', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    await waitFor(() => expect(location.pathname).toBe('/c/conversation-0001'));
    call.say('error', { code: 'model_unavailable', kind: 'unavailable', message: 'The model cannot answer right now' });
    call.say('callEnded', { reason: 'model_failed', durationMs: 10 });
    expect((await screen.findByRole('alert')).textContent).toContain('The model cannot answer right now');
    fireEvent.click(screen.getByRole('button', { name: 'Call again' }));
    await waitFor(() => expect(parley.calls[1]?.start).toMatchObject({ conversationId: 'conversation-0001' }));
    expect(parley.calls[1]!.start).not.toHaveProperty('callId');
  });

  it('says how much was lost of what the person said, until they are understood again', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.say('error', { code: 'audio_dropped', kind: 'invalid', message: 'Too fast', droppedMs: 1_240 });
    expect((await screen.findByTestId('call-loss')).textContent).toContain('1.2 s of what you said');
    call.text('USER', 'FINAL', 'hello', { messageId: 'm-1', seq: 1 });
    await waitFor(() => expect(screen.queryByTestId('call-loss')).toBeNull());
  });
});

describe('the connection of a call', () => {
  const copied: string[] = [];
  beforeEach(() => {
    copied.length = 0;
    const clipboard = { writeText: (text: string) => Promise.resolve(void copied.push(text)) };
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  });
  async function copyReport(): Promise<string> {
    fireEvent.click(screen.getByText('Connection'));
    fireEvent.click(screen.getByRole('button', { name: 'Copy a report' }));
    await screen.findByText('Copied. Nothing you said is in it.');
    return copied[0]!;
  }

  it('is told in numbers, and copied as a report that says nothing of what was said', async () => {
    parley.signedIn();
    const call = await callFrom('/');
    call.text('USER', 'FINAL', 'my secret', { messageId: 'm-1', seq: 1 });
    call.say('callResuming', { reason: 'dropped', attempt: 1 });
    call.say('callResumed', { gapMs: 300 });
    await screen.findByText('once, 300 ms of silence');
    const report = await copyReport();
    expect(report).toMatch(/^Parley, connection report\nTime: .*\nCall: call-1\nConversation: conversation-0001\n/);
    expect(report).not.toMatch(/secret|token/);
  });

  it.each([
    {
      state: 'failed',
      over: ({ socket }: FakeCall) => socket.close(4401, 'Signed out'),
      says: 'State: failed\nError: signed_out (denied)\nLast close code: 4401\n',
    },
    {
      state: 'ended',
      over: (call: FakeCall) => call.say('callEnded', { reason: 'limit', durationMs: 10 }),
      says: 'State: ended\nEnded because: limit\nLast close code: 1006\n',
    },
    {
      state: 'replaced',
      over: ({ socket }: FakeCall) => socket.close(4409, 'The call goes on over a newer connection'),
      says: 'State: ended\nEnded because: replaced\nLast close code: 4409\n',
    },
  ])('is still there to be copied from a call that is over: $state', async ({ state, over, says }) => {
    parley.signedIn();
    let speak: (level: number) => void = () => undefined;
    let play: (report: PlaybackReport) => void = () => undefined;
    const call = await callFrom('/', () => ({
      ...silentAudio(),
      on: (name, listener) => {
        if (name === 'level') speak = listener as typeof speak;
        return () => undefined;
      },
      report: {
        get: () => silentReport,
        subscribe: (listener) => {
          play = listener;
          return () => undefined;
        },
      },
    }));
    speak(0.5);
    call.text('USER', 'FINAL', 'my secret', { messageId: 'm-1', seq: 1 });
    await shows('user final: my secret');
    // What has only arrived was not heard yet.
    play({ ...silentReport, phase: 'playing' });
    expect(screen.getByTestId('connection-panel').textContent).toContain('after you spokenot yet');
    play({ ...silentReport, phase: 'playing', isAudible: true });
    await waitFor(() => expect(screen.getByTestId('connection-panel').textContent).toMatch(/after you spoke\d+ ms/));
    call.socket.terminate();
    await waitFor(() => expect(screen.getByTestId('connection-panel').textContent).toContain('found againonce'));
    over(parley.calls[1]!);
    await waitFor(() => expect(screen.getByTestId('call-state').dataset['state']).toBe(state));
    expect(screen.getByTestId<HTMLDetailsElement>('connection-panel').open).toBe(false);
    const report = await copyReport();
    expect(report).toContain(says);
    expect(report).toMatch(
      /\nConnecting took: \d+ ms\nThere and back on the line: \d+ ms\nFirst sound after you spoke: \d+ ms\n/,
    );
    expect(report).toContain('\nLine found again: once\n');
    expect(report).not.toMatch(/secret|token/);
  });
});
