import type { Page, WebSocketRoute } from 'playwright-core';
import { asUser, conversationOf, faults, noFaults, slowAnswers } from './support/asking';
import { Ears } from './support/ears';
import { scene } from './support/scene';

/** What a screen reader is told, by Chromium's own accessibility tree. */
const here = scene();
afterEach(() => noFaults(here.stack));

const signedIn = async (user: string): Promise<Page> => {
  const { page } = await here.signedIn(user);
  return page;
};
const state = (page: Page, name: string) => page.locator(`[data-testid="call-state"][data-state="${name}"]`).waitFor();
const answer = (page: Page) => page.locator('[data-testid="message"][data-role="assistant"]').last();
const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();

describe('of an answer', () => {
  it('that it is on its way, nothing while it is written, and all of it once at its end', async () => {
    const page = await signedIn('alice');
    const ears = await Ears.on(page);
    await slowAnswers(here.stack);
    await page.getByTestId('message-input').fill('Please tell me a long story');
    await page.getByTestId('message-input').press('Enter');
    await ears.hear('The answer is on its way');
    await answer(page).filter({ hasText: 'simulator' }).waitFor();
    await ears.listen();
    expect(await answer(page).getAttribute('data-stage')).toBe('streaming');
    expect(ears.heard.filter((text) => text.includes('simulator'))).toEqual([]);
    await noFaults(here.stack);
    await ears.hear('simulator');
    await page.getByTestId('send').waitFor();
    await ears.listen();
    const whole = squeezed(await answer(page).innerText());
    expect(ears.heard).toEqual(['The answer is on its way', whole]);
  });

  it('that it failed, at once, and with what can be done', async () => {
    const page = await signedIn('alice');
    const ears = await Ears.on(page);
    await faults(here.stack, { next: { kind: 'http', status: 400, operation: 'converseStream' } });
    await page.getByTestId('message-input').fill('Will you fail?');
    await page.getByTestId('message-input').press('Enter');
    await page.getByTestId('answer-error').waitFor();
    await ears.hear('Try again');
    const [alert] = await ears.find('alert');
    expect(alert?.facts).toMatchObject({ live: 'assertive' });
    expect(ears.heard).toContain(squeezed(await page.getByTestId('answer-error').locator('p').innerText()));
  });
});

describe('of a call', () => {
  it('how it stands, not what everybody hears, and when it is over', async () => {
    const page = await signedIn('bob');
    const ears = await Ears.on(page);
    const lines: { route: WebSocketRoute; server: WebSocketRoute }[] = [];
    let isCut = false;
    await page.routeWebSocket(/\/ws\/voice/, (route) => {
      if (isCut) return void route.close({ code: 1011 });
      const server = route.connectToServer();
      lines.push({ route, server });
    });
    await page.getByTestId('start-call').click();
    await ears.hear('Listening');
    await state(page, 'listening');
    expect((await ears.find('meter'))[0]).toMatchObject({ name: 'Microphone level' });
    await page.getByTestId('mute').click();
    const mute = (await ears.find('button')).find(({ name }) => name === 'Mute');
    expect(mute?.facts).toMatchObject({ pressed: 'true' });
    await page.getByTestId('mute').click();

    await page.getByTestId('message-input').fill('typed into the call');
    await page.getByTestId('message-input').press('Enter');
    await answer(page).waitFor();
    await ears.listen();
    expect(ears.heard.filter((text) => /typed into|Speaking/.test(text))).toEqual([]);

    isCut = true;
    await lines[0]!.route.close({ code: 1012 });
    await lines[0]!.server.close({ code: 4000 });
    await ears.hear('Reconnecting…');
    await ears.hear('What you say now is kept');
    isCut = false;
    await state(page, 'listening');
    await page.getByTestId('end-call').click();
    await ears.hear('Call ended');
  });

  it('that there is none, because the microphone may not be used', async () => {
    const page = await signedIn('carol');
    const ears = await Ears.on(page);
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
    });
    await page.getByTestId('start-call').click();
    await ears.hear(/microphone/i);
    expect((await ears.find('alert'))[0]?.facts).toMatchObject({ live: 'assertive' });
    expect((await ears.find('button')).map(({ name }) => name)).toContain('Call again');
  });

  it('that the microphone is gone, wherever on the page one is', async () => {
    const page = await signedIn('carol');
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const here = globalThis as unknown as { takeAway: () => void };
      const real = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await real(wanted);
        here.takeAway = () => {
          mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
          stream.getTracks()[0]!.dispatchEvent(new Event('ended'));
        };
        return stream;
      };
    });
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('region', { name: 'Call in another conversation' }).waitFor();
    const ears = await Ears.on(page);
    await page.evaluate(() => (globalThis as unknown as { takeAway: () => void }).takeAway());
    await ears.hear(/microphone/i);
  });
});

it('of a room what others say, once and with their names, and what was done', async () => {
  const { id: room } = await asUser<{ id: string }>(here.stack, 'alice', '/api/rooms', {
    title: 'The kitchen',
    open: true,
  });
  await asUser(here.stack, 'bob', `/api/rooms/${room}/join`, {});
  const enter = async (user: string): Promise<Page> => {
    const page = await signedIn(user);
    await page.goto(`${here.stack.url}/rooms/${room}`);
    await page.locator('[data-testid="room-status"][data-state="online"]').waitFor();
    return page;
  };
  const says = async (page: Page, text: string): Promise<void> => {
    await page.getByTestId('message-input').fill(text);
    await page.getByTestId('message-input').press('Enter');
    await page.locator('[data-testid="message"][data-stage="final"]').filter({ hasText: text }).waitFor();
  };
  const [alice, bob] = [await enter('alice'), await enter('bob')];
  await says(bob, 'This was before');
  await alice.getByText('This was before').first().waitFor();
  await alice.reload();
  await alice.getByText('This was before').first().waitFor();
  const ears = await Ears.on(alice);
  await says(alice, 'I am here now');
  await says(bob, 'So you are');
  await ears.hear(/: So you are$/);
  await alice.getByText('People and settings').click();
  await alice.getByRole('button', { name: /^Mute Bob/ }).click();
  await ears.hear('can read only');
  await ears.listen();
  expect(ears.heard).toEqual([
    expect.stringMatching(/^Bob.*: So you are$/),
    expect.stringMatching(/^Bob.* can read only\.$/),
  ]);
});

it('how many conversations a search found, and what each page is called', async () => {
  for (const question of ['Which trains are there?', 'Which boats are there?'])
    await conversationOf(here.stack, 'carol', question);
  const page = await signedIn('carol');
  for (const [path, title] of [
    ['', 'New conversation · Parley'],
    ['rooms', 'Rooms · Parley'],
    ['settings', 'Settings · Parley'],
    ['practice', 'Practice · Parley'],
    ['practice/two-sum', 'Two numbers that add up · Parley'],
    ['conversations', 'Conversations · Parley'],
  ] as const) {
    await page.goto(`${here.stack.url}/${path}`);
    await page.locator('.shell main h1').waitFor();
    await page.waitForFunction((wanted) => document.title === wanted, title);
    const ears = await Ears.on(page);
    const [root] = await ears.find('RootWebArea');
    expect(root?.name).toBe(title);
    expect((await ears.find('main')).length).toBe(1);
    expect((await ears.find('heading')).filter(({ facts }) => facts['level'] === 1)).toHaveLength(1);
    expect((await ears.find('navigation')).map(({ name }) => name)).toEqual(['Conversations']);
  }
  const ears = await Ears.on(page);
  await page.getByRole('searchbox').fill('boats');
  await ears.hear(/^1 conversation$/);
  await page.getByRole('searchbox').fill('there is no such word');
  await ears.hear('None found');
});
