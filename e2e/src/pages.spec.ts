import type { Page, WebSocketRoute } from 'playwright-core';
import { asUser, conversationOf, faults } from './support/asking';
import { faultsOf } from './support/axe';
import { screenshot, signIn } from './support/browser';
import { scene } from './support/scene';

const here = scene();

const state = (page: Page, name: string) => page.locator(`[data-testid="call-state"][data-state="${name}"]`).waitFor();

/** Each page in both themes and both widths: nothing is wrong with it, and it fits. A picture of each is kept. */
async function isSound(page: Page, name: string, path: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1440, height: 800 });
  await page.goto(`${here.stack.url}/${path}`);
  await ready(page);
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await screenshot(page, `${name}-${colorScheme}-${width}`);
    }
  }
}

it('has nothing wrong on its pages, and fits a phone', async () => {
  const { page } = await here.open();
  await isSound(page, 'landing', '', () => page.getByTestId('sign-in').waitFor());
  await isSound(page, 'callback', 'auth/callback?code=none&state=none', () =>
    page.getByRole('button', { name: 'Sign in again' }).waitFor(),
  );
  await page.setViewportSize({ width: 1440, height: 800 });
  await signIn(page, here.stack.url, 'alice');
  const conversation = await conversationOf(here.stack, 'alice', 'Please show me some code in markdown');
  const { id: room } = await asUser<{ id: string }>(here.stack, 'alice', '/api/rooms', {
    title: 'The kitchen',
    open: true,
  });
  await asUser(here.stack, 'bob', `/api/rooms/${room}/join`, {});
  const hasHeading = () => page.locator('.page h1').waitFor();
  await isSound(page, 'new', '', () => page.getByTestId('start-call').waitFor());
  await isSound(page, 'conversation', `c/${conversation}`, () => page.locator('.message-text pre').waitFor());
  await isSound(page, 'conversations', 'conversations', () => page.locator('.row').nth(1).waitFor());
  await isSound(page, 'renaming', 'conversations', () =>
    page
      .getByRole('button', { name: /^Rename/ })
      .first()
      .click(),
  );
  await isSound(page, 'deleting', 'conversations', () =>
    page
      .getByRole('button', { name: /^Delete/ })
      .last()
      .click(),
  );
  await isSound(page, 'settings', 'settings', hasHeading);
  await isSound(page, 'shop', 'shop', () => page.locator('main h1').first().waitFor());
  await isSound(page, 'rooms', 'rooms', () => page.locator('.row').waitFor());
  const inRoom = async () => {
    await page.locator('[data-testid="room-status"][data-state="online"]').waitFor();
    await page.getByText('People and settings').waitFor();
  };
  await isSound(page, 'room', `rooms/${room}`, inRoom);
  await isSound(page, 'room-settings', `rooms/${room}`, async () => {
    // Before that the page does not know which of the people is the one who looks.
    await inRoom();
    await page.getByText('People and settings').click();
    await page.getByRole('button', { name: /^Report/ }).click();
  });
  await isSound(page, 'nothing-here', 'nowhere', () =>
    page.getByRole('heading', { name: 'There is nothing here' }).waitFor(),
  );
});

it('holds still for those who want little to move', async () => {
  const { page } = await here.signedIn('bob');
  await faults(here.stack, { next: { kind: 'silence', operation: 'converseStream' } });
  await page.getByTestId('message-input').fill('Are you there?');
  await page.getByTestId('send').click();
  await page.getByText('The answer is on its way').waitFor();
  const moving = async (reducedMotion: 'reduce' | 'no-preference') => {
    await page.emulateMedia({ reducedMotion });
    return page.evaluate(() => {
      const button = getComputedStyle(document.querySelector('.button')!);
      // A transition that has begun goes on to its end.
      const animations = document.getAnimations().some((one) => one instanceof CSSAnimation);
      return { animations, transitions: button.transitionDuration };
    });
  };
  expect(await moving('no-preference')).toEqual({ animations: true, transitions: '0.14s' });
  expect(await moving('reduce')).toEqual({ animations: false, transitions: '0s' });
  await page.getByTestId('stop').click();
  await page.getByTestId('send').waitFor();
});

describe('a call in a real browser', () => {
  it('says that its line is cut, and goes on with the same call when it is back', async () => {
    const { page } = await here.open();
    const starts: string[] = [];
    const lines: { route: WebSocketRoute; server: WebSocketRoute }[] = [];
    let isCut = false;
    await page.routeWebSocket(/\/ws\/voice/, (route) => {
      if (isCut) return void route.close({ code: 1011 });
      const server = route.connectToServer();
      lines.push({ route, server });
      route.onMessage((message) => {
        if (typeof message === 'string' && message.includes('callStart')) starts.push(message);
        server.send(message);
      });
    });
    await signIn(page, here.stack.url, 'bob');
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    isCut = true;
    await lines[0]!.route.close({ code: 1012 });
    await lines[0]!.server.close({ code: 4000 });
    await state(page, 'reconnecting');
    expect(await page.locator('.call-words').innerText()).toContain('What you say now is kept');
    expect(await faultsOf(page)).toEqual([]);
    await screenshot(page, 'call-reconnecting');
    isCut = false;
    await state(page, 'listening');
    expect(JSON.parse(starts[1]!)).toMatchObject({ event: { callStart: { callId: expect.any(String) } } });
    await page.getByTestId('end-call').click();
    await state(page, 'ended');
  });

  it('goes on when the microphone is taken away, and has the next one that is plugged in', async () => {
    const { page } = await here.open();
    await page.addInitScript(() => {
      const { mediaDevices } = navigator;
      const real = mediaDevices.getUserMedia.bind(mediaDevices);
      const here = globalThis as unknown as { pluggedIn: boolean; track?: MediaStreamTrack };
      here.pluggedIn = true;
      mediaDevices.getUserMedia = async (wanted) => {
        if (!here.pluggedIn) throw new DOMException('none', 'NotFoundError');
        const stream = await real(wanted);
        here.track = stream.getTracks()[0];
        return stream;
      };
    });
    await signIn(page, here.stack.url, 'carol');
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    await page.evaluate(() => {
      const here = globalThis as unknown as { pluggedIn: boolean; track: MediaStreamTrack };
      here.pluggedIn = false;
      here.track.dispatchEvent(new Event('ended'));
    });
    await page.getByTestId('microphone-trouble').waitFor();
    await page.evaluate(() => {
      (globalThis as unknown as { pluggedIn: boolean }).pluggedIn = true;
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await page.getByTestId('microphone-trouble').waitFor({ state: 'detached' });
    await state(page, 'listening');
    await page.getByTestId('end-call').click();
  });
});
