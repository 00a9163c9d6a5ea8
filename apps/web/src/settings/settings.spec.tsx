import { fireEvent, screen, waitFor } from '@testing-library/react';
import { problem, startParley } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';
import { forgetSettings } from './settings';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
beforeEach(() => parley.signedIn());
afterEach(() => {
  closePage();
  parley.reset();
  localStorage.clear();
  forgetSettings();
  Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true });
});

function plugIn(...devices: { kind: string; deviceId: string; label: string }[]): void {
  const source = Object.assign(new EventTarget(), { enumerateDevices: () => Promise.resolve(devices) });
  Object.defineProperty(navigator, 'mediaDevices', { value: source, configurable: true });
}
async function open(...audio: [] | ['machine']) {
  const page = renderPage(parley.url, '/settings', ...audio);
  await screen.findByRole('heading', { name: 'Settings' });
  return page;
}

describe('settings', () => {
  it('give the next call its voice, and stay with the browser', async () => {
    await open();
    fireEvent.change(screen.getByRole('combobox', { name: /Voice of the assistant/ }), { target: { value: 'tina' } });
    forgetSettings();
    fireEvent.click(screen.getAllByRole('link', { name: /New conversation/ })[0]!);
    fireEvent.click(await screen.findByRole('button', { name: 'Talk' }));
    await waitFor(() => expect(parley.calls[0]?.start).toMatchObject({ voiceId: 'tina' }));
  });

  it('offer the voices of the language that was chosen, and give both to the next call, and the language to questions', async () => {
    await open();
    const language = screen.getByRole('combobox', { name: /Language of the answers/ });
    const voice = screen.getByRole<HTMLSelectElement>('combobox', { name: /Voice of the assistant/ });
    const voices = () => [...voice.options].map(({ textContent }) => textContent);
    fireEvent.change(voice, { target: { value: 'amy' } });
    fireEvent.change(language, { target: { value: 'de-DE' } });
    expect([voice.value, voices()]).toEqual(['tina', ['Tina', 'Lennart', 'Tiffany', 'Matthew']]);
    // Somebody who speaks both stays.
    fireEvent.change(voice, { target: { value: 'matthew' } });
    fireEvent.change(language, { target: { value: 'fr-FR' } });
    expect(voice.value).toBe('matthew');
    fireEvent.click(screen.getAllByRole('link', { name: /New conversation/ })[0]!);
    fireEvent.click(await screen.findByRole('button', { name: 'Talk' }));
    await waitFor(() => expect(parley.calls[0]?.start).toMatchObject({ language: 'fr-FR', voiceId: 'matthew' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Hang up' }));
    await screen.findByText(/^Call ended/);
    fireEvent.change(screen.getByPlaceholderText('Write a message'), { target: { value: 'Hello' } });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    const asked = () => parley.seen.find(({ route }) => route === 'POST /api/chat')?.body;
    await waitFor(() => expect(asked()).toMatchObject({ language: 'fr-FR' }));
  });

  it('leave language and voice to the person and the assistant again', async () => {
    localStorage.setItem('parley.settings', '{"language":"de-DE","voiceId":"tina"}');
    forgetSettings();
    await open();
    fireEvent.change(screen.getByRole('combobox', { name: /Language of the answers/ }), { target: { value: '' } });
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: /Voice of the assistant/ }).value).toBe('');
    expect(JSON.parse(localStorage.getItem('parley.settings')!)).not.toHaveProperty('language');
  });

  it('offer the devices that are there, and say when the chosen one is not', async () => {
    plugIn(
      { kind: 'audioinput', deviceId: 'a', label: 'Built-in' },
      { kind: 'audioinput', deviceId: 'b', label: 'Headset' },
      { kind: 'audiooutput', deviceId: 'c', label: 'Desk speaker' },
    );
    localStorage.setItem('parley.settings', '{"microphoneId":"gone"}');
    forgetSettings();
    await open();
    await screen.findByRole('option', { name: 'Headset' });
    const microphone = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Microphone' });
    expect(microphone.selectedOptions[0]!.textContent).toBe('The one you chose is not connected');
    fireEvent.change(microphone, { target: { value: 'b' } });
    expect(JSON.parse(localStorage.getItem('parley.settings')!)).toMatchObject({ microphoneId: 'b' });
    expect(screen.getByRole('option', { name: 'Desk speaker' })).toBeTruthy();
  });

  it('give the next call its microphone', async () => {
    plugIn({ kind: 'audioinput', deviceId: 'b', label: 'Headset' });
    const asked: unknown[] = [];
    const getUserMedia = ({ audio }: MediaStreamConstraints) => {
      asked.push(audio);
      return Promise.reject(Object.assign(new Error('enough'), { name: 'NotAllowedError' }));
    };
    Object.assign(navigator.mediaDevices, { getUserMedia });
    const context = Object.assign(new EventTarget(), {
      audioWorklet: { addModule: () => Promise.resolve() },
      resume: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
    Object.defineProperty(globalThis, 'AudioContext', { value: jest.fn(() => context), configurable: true });
    await open('machine');
    await screen.findByRole('option', { name: 'Headset' });
    fireEvent.change(screen.getByRole('combobox', { name: 'Microphone' }), { target: { value: 'b' } });
    fireEvent.click(screen.getByRole('checkbox', { name: 'Take noise away' }));
    fireEvent.click(screen.getAllByRole('link', { name: /New conversation/ })[0]!);
    fireEvent.click(await screen.findByRole('button', { name: 'Talk' }));
    await screen.findByText(/The microphone is not allowed/);
    expect(asked).toEqual([expect.objectContaining({ deviceId: { exact: 'b' }, noiseSuppression: false })]);
    Reflect.deleteProperty(globalThis, 'AudioContext');
  });

  it('are those of all tabs: what another tab chose is shown, and not written over', async () => {
    await open();
    const voice = screen.getByRole<HTMLSelectElement>('combobox', { name: /Voice of the assistant/ });
    expect(voice.value).toBe('');
    // What a browser tells this tab when another one writes.
    localStorage.setItem('parley.settings', '{"voiceId":"tina"}');
    fireEvent(window, new StorageEvent('storage', { key: 'parley.settings' }));
    expect(voice.value).toBe('tina');
    fireEvent.click(screen.getByRole('checkbox', { name: 'Take noise away' }));
    const kept = JSON.parse(localStorage.getItem('parley.settings')!) as object;
    expect(kept).toMatchObject({ voiceId: 'tina', noiseSuppression: false });
    localStorage.clear();
    fireEvent(window, new StorageEvent('storage', { key: null }));
    expect(voice.value).toBe('');
  });

  it('sign out on every device after one more question, and say so where that failed', async () => {
    let answer = problem(503, 'store_unavailable', 'unavailable', 'Try again in a moment');
    parley.routes['POST /api/session/logout'] = () => answer;
    const { left } = await open();
    const asked = () => parley.seen.filter(({ route }) => route === 'POST /api/session/logout');
    const signOut = () => {
      fireEvent.click(screen.getByRole('button', { name: 'Sign out on every device' }));
      fireEvent.click(screen.getByRole('button', { name: 'Sign out everywhere' }));
    };
    fireEvent.click(screen.getByRole('button', { name: 'Sign out on every device' }));
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(asked()).toEqual([]);
    signOut();
    expect((await screen.findByRole('alert')).textContent).toContain('You are still signed in. Try again in a moment');
    expect(left).toEqual([]);
    answer = { status: 204 };
    signOut();
    await waitFor(() => expect(left[0]).toContain('https://sign-in.example/logout'));
    expect(asked().map(({ body }) => body as unknown)).toEqual([{ everywhere: true }, { everywhere: true }]);
  });

  it('change the theme, and give it back to the system', async () => {
    await open();
    fireEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    fireEvent.click(screen.getByRole('radio', { name: 'As the system' }));
    expect(document.documentElement.dataset['theme']).toBeUndefined();
    expect(localStorage.getItem('parley.theme')).toBeNull();
  });

  it('turn the taking away of echo and noise off', async () => {
    await open();
    fireEvent.click(screen.getByRole('checkbox', { name: /Take echo away/ }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Take noise away' }));
    const kept = JSON.parse(localStorage.getItem('parley.settings')!) as object;
    expect(kept).toMatchObject({ echoCancellation: false, noiseSuppression: false });
  });

  it('tell whom one blocked, to unblock them', async () => {
    const blocks = { items: [{ principalId: 'u-2', name: 'Bob' }, { principalId: 'u-3' }] };
    parley.routes['GET /api/session/blocks'] = () => ({ status: 200, json: blocks });
    parley.routes['DELETE /api/session/blocks/u-2'] = () => problem(503, 'store_unavailable', 'unavailable', 'Not now');
    await open();
    const unblock = await screen.findByRole('button', { name: 'Unblock Bob' });
    fireEvent.click(unblock);
    expect((await screen.findByRole('alert')).textContent).toContain('Not now');
    parley.routes['DELETE /api/session/blocks/u-2'] = () => {
      blocks.items.shift();
      return { status: 204 };
    };
    fireEvent.click(unblock);
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Unblock Bob' })).toBeNull());
    expect(screen.getByRole('button', { name: 'Unblock Somebody' })).toBeTruthy();
  });

  it('say whether calls are written down, with the account', async () => {
    let consent: object = { asked: true };
    parley.routes['GET /api/session/me'] = () => ({ status: 200, json: { consent } });
    parley.routes['PUT /api/session/consent'] = (body: object) => {
      consent = { asked: true, ...body };
      return { status: 204 };
    };
    await open();
    const written = await screen.findByRole<HTMLInputElement>('radio', { name: 'Is written down in the conversation' });
    expect(written.checked).toBe(false);
    fireEvent.click(written);
    expect(written.checked).toBe(true);
    await waitFor(() => expect(consent).toEqual({ asked: true, transcripts: true }));
    parley.routes['PUT /api/session/consent'] = () => problem(503, 'store_unavailable', 'unavailable', 'Not now');
    fireEvent.click(screen.getByRole('radio', { name: 'Is not written down' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Not now');
    expect(written.checked).toBe(true);
  });

  it('erase everything after one more question, and sign out', async () => {
    parley.routes['DELETE /api/session/me'] = () => ({ status: 202 });
    parley.routes['POST /api/session/logout'] = () => ({ status: 204 });
    const { left } = await open();
    const asked = () => parley.seen.filter(({ route }) => route === 'DELETE /api/session/me');
    fireEvent.click(await screen.findByRole('button', { name: 'Erase everything I left' }));
    expect(screen.getByText(/is erased for good/).textContent).toContain('What stays: your account');
    const yes = screen.getByRole('button', { name: 'Erase everything' });
    expect(document.activeElement).toBe(yes);
    fireEvent.keyDown(yes, { key: 'Escape' });
    expect(asked()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Erase everything I left' }));
    fireEvent.click(screen.getByRole('button', { name: 'Erase everything' }));
    await waitFor(() => expect(left[0]).toContain('https://sign-in.example/logout'));
    expect(asked()).toHaveLength(1);
  });

  it('say so where nothing was erased', async () => {
    parley.routes['DELETE /api/session/me'] = () =>
      problem(503, 'store_unavailable', 'unavailable', 'Try again in a moment');
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Erase everything I left' }));
    fireEvent.click(screen.getByRole('button', { name: 'Erase everything' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Try again in a moment');
  });
});
