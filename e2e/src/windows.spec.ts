import type { Page, WebSocketRoute } from 'playwright-core';
import { asUser, conversationOf, faults, noFaults } from './support/asking';
import { screenshot } from './support/browser';
import { scene } from './support/scene';

/** Tabs beside each other, back and forward, and pages that are loaded again in the middle of a call. */
const here = scene();
afterEach(() => noFaults(here.stack));

const state = (page: Page, name: string) => page.locator(`[data-testid="call-state"][data-state="${name}"]`).waitFor();
const talks = async (page: Page): Promise<void> => {
  await page.getByTestId('start-call').click();
  await state(page, 'listening');
};
const says = async (page: Page, text: string): Promise<void> => {
  await page.getByTestId('message-input').fill(text);
  await page.getByTestId('message-input').press('Enter');
};
const message = (page: Page, text: string) => page.getByTestId('message').filter({ hasText: text }).first();

it('a call goes over to another tab, which has all of it, and back; each says where it is', async () => {
  const { page, context } = await here.signedIn('alice');
  await talks(page);
  await says(page, 'said in the first tab');
  await page.locator('[data-testid="message"][data-role="assistant"]').first().waitFor();
  const other = await context.newPage();
  await other.setViewportSize({ width: 360, height: 800 });
  await other.goto(page.url());
  await other.getByRole('button', { name: 'Bring the call here' }).waitFor();
  expect(await other.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await other.getByRole('button', { name: 'Bring the call here' }).click();
  await Promise.all([state(other, 'listening'), state(page, 'replaced')]);
  expect(await page.getByTestId('call-state').innerText()).toContain('goes on in another window');
  await message(other, 'said in the first tab').waitFor();
  await page.getByTestId('start-call').waitFor({ state: 'detached' });
  await screenshot(page, 'call-elsewhere');
  await page.getByRole('button', { name: 'Bring it here' }).click();
  await Promise.all([state(page, 'listening'), state(other, 'replaced')]);
  await page.getByTestId('end-call').click();
  await state(page, 'ended');
  // There is none to bring any more.
  await other.getByRole('button', { name: 'Talk', exact: true }).waitFor();
});

it('back and forward go through rooms, problems and conversations, and find them as they were', async () => {
  await conversationOf(here.stack, 'bob', 'Which trains are there?');
  await asUser(here.stack, 'bob', '/api/rooms', { title: 'The kitchen' });
  const { page } = await here.signedIn('bob');
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const goes = async (way: 'goBack' | 'goForward', ...names: string[]): Promise<void> => {
    for (const name of names) {
      await page[way]();
      await heading(name);
    }
  };
  await page.getByRole('link', { name: 'Rooms' }).click();
  await page.getByRole('link', { name: /The kitchen/ }).click();
  await says(page, 'Is anybody here?');
  await message(page, 'Is anybody here?').waitFor();
  await page.getByRole('link', { name: 'Practice' }).click();
  await page.getByRole('link', { name: /Two numbers/ }).click();
  const editor = page.getByRole('textbox', { name: 'Your code in JavaScript' });
  await editor.focus();
  await page.keyboard.insertText('// a thought');
  await page.getByRole('link', { name: 'All conversations' }).click();
  await page.locator('.row-link').filter({ hasText: 'trains' }).click();
  await message(page, 'Which trains are there?').waitFor();
  await goes('goBack', 'Conversations', 'Two numbers that add up');
  await editor.filter({ hasText: '// a thought' }).waitFor();
  await goes('goBack', 'Practice', 'The kitchen');
  await message(page, 'Is anybody here?').waitFor();
  expect(await page.locator('[data-testid="message"][data-role="user"]').count()).toBe(1);
  await goes('goBack', 'Rooms');
  await goes('goForward', 'The kitchen', 'Practice', 'Two numbers that add up', 'Conversations');
  await editor.waitFor({ state: 'detached' });
  await page.goForward();
  await message(page, 'Which trains are there?').waitFor();
});

it('a page that is loaded again in the middle of a call has none, whatever it was like, and begins another', async () => {
  const { page } = await here.signedIn('carol');
  const lines: { route: WebSocketRoute; server: WebSocketRoute }[] = [];
  let isCut = false;
  await page.routeWebSocket(/\/ws\/voice/, (route) => {
    if (isCut) return void route.close({ code: 1011 });
    lines.push({ route, server: route.connectToServer() });
  });
  const isWithoutCall = async (): Promise<void> => {
    await page.reload();
    await page.getByRole('button', { name: 'Talk', exact: true }).waitFor();
    expect(await page.getByTestId('call-state').count()).toBe(0);
    expect(await page.getByTestId('connection-panel').count()).toBe(0);
  };
  // Asked whether calls are written down, and not answered yet: it is asked still; answered: never again.
  await page.getByTestId('consent-line').waitFor();
  await page.reload();
  await page.getByTestId('consent-line').getByRole('button', { name: 'Write it down' }).click();
  await page.getByTestId('consent-line').waitFor({ state: 'detached' });
  const known = page.waitForResponse(/\/api\/session\/me$/);
  await page.reload();
  await known;
  await page.getByTestId('start-call').waitFor();
  expect(await page.getByTestId('consent-line').count()).toBe(0);

  await talks(page);
  await says(page, 'said before all that');
  await message(page, 'said before all that').waitFor();
  const conversation = page.url();
  await page.getByTestId('mute').click();
  await page.getByText('Muted').waitFor();
  await isWithoutCall();

  await talks(page);
  expect(await page.getByTestId('mute').getAttribute('aria-pressed')).toBe('false');
  await page.getByTestId('end-call').click();
  await state(page, 'ended');
  await page.getByText('Connection').click();
  await page.getByRole('button', { name: 'Copy a report' }).waitFor();
  await isWithoutCall();

  await talks(page);
  isCut = true;
  const line = lines.at(-1)!;
  await line.route.close({ code: 1012 });
  await line.server.close({ code: 4000 });
  await state(page, 'reconnecting');
  await isWithoutCall();
  isCut = false;

  const silence = { kind: 'silence', operation: 'voice' };
  await faults(here.stack, { next: [{ kind: 'drop', afterFrames: 1, operation: 'voice' }, silence, silence, silence] });
  await talks(page);
  await says(page, 'said into a stream that breaks');
  await state(page, 'resuming');
  await isWithoutCall();
  expect(page.url()).toBe(conversation);
  await message(page, 'said before all that').waitFor();
});
