import type { Page } from 'playwright-core';
import { noFaults, slowAnswers } from './support/asking';
import { faultsOf } from './support/axe';
import { Cable } from './support/cable';
import { screenshot } from './support/browser';
import { scene } from './support/scene';

/** The network of a person's machine goes away and comes back. */
const here = scene();
let cable: Cable;
beforeAll(async () => void (cable = await Cable.lay()));
afterAll(() => cable.close());
afterEach(async () => {
  cable.mend();
  await noFaults(here.stack);
});

const state = (page: Page, name: string) => page.locator(`[data-testid="call-state"][data-state="${name}"]`).waitFor();
const answer = (page: Page) => page.locator('[data-testid="message"][data-role="assistant"]').last();
const signedIn = async (user: string) => {
  const { page, context } = await here.signedIn(user, { proxy: cable.proxy });
  return {
    page,
    /** The browser knows of it; nothing that is open survives it, and nothing new comes through. */
    async cut() {
      await context.setOffline(true);
      cable.cut();
    },
    async mend() {
      cable.mend();
      await context.setOffline(false);
    },
  };
};

it('in the middle of a call: the page says so and keeps what is said, and it is the same call afterwards', async () => {
  const { page, cut, mend } = await signedIn('alice');
  const said: string[] = [];
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/ws/voice')) return;
    const note = ({ payload }: { payload: string | Buffer }) =>
      void (typeof payload === 'string' && said.push(payload));
    socket.on('framesent', note);
    socket.on('framereceived', note);
  });
  await page.getByTestId('start-call').click();
  await state(page, 'listening');
  await page.getByText('Connection').click();
  await page.getByText('There and back on the line').waitFor();
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await faultsOf(page)).toEqual([]);
    }
  }
  await cut();
  await state(page, 'reconnecting');
  expect(await page.locator('.call-words').innerText()).toContain('You are offline');
  expect(await faultsOf(page)).toEqual([]);
  await screenshot(page, 'call-offline');
  await mend();
  await state(page, 'listening');
  const events = said.map((text) => (JSON.parse(text) as { event: Record<string, Record<string, unknown>> }).event);
  const readies = events.flatMap(({ callReady }) => (callReady === undefined ? [] : [callReady]));
  expect(readies).toMatchObject([{ resumed: false }, { resumed: true, callId: readies[0]!['callId'] }]);
  await page.getByTestId('message-input').fill('said after the tunnel');
  await page.getByTestId('message-input').press('Enter');
  await answer(page).filter({ hasText: 'said after the tunnel' }).waitFor();
  expect(await page.getByTestId('connection-panel').innerText()).toMatch(/Line found again\s+once/);
  await page.getByTestId('end-call').click();
  await state(page, 'ended');
});

it('in the middle of an answer: the rest of it is asked for by its place, and it is whole', async () => {
  const { page, cut, mend } = await signedIn('bob');
  const resumed: (string | null)[] = [];
  page.on('request', (request) => {
    if (/\/api\/chat\/[^/]+\/stream$/.test(request.url())) resumed.push(request.headers()['last-event-id'] ?? null);
  });
  await slowAnswers(here.stack);
  await page.getByTestId('message-input').fill('Please tell me a long story in markdown with code');
  await page.getByTestId('send').click();
  await answer(page).filter({ hasText: 'simulator' }).waitFor();
  resumed.length = 0;
  await cut();
  await page.locator('.notice', { hasText: 'You are offline.' }).waitFor();
  const before = await answer(page).locator('.message-text').innerText();
  const resumes = page.waitForResponse((response) => response.url().endsWith('/stream') && response.ok());
  await mend();
  await resumes;
  await noFaults(here.stack);
  await page.getByTestId('send').waitFor();
  await answer(page).locator('pre').waitFor();
  const shown = await page.locator('.message-text').allInnerTexts();
  expect(shown).toHaveLength(2);
  expect(shown[1]!.startsWith(before.slice(0, 20))).toBe(true);
  expect(shown[1]!.length).toBeGreaterThan(before.length);
  // By its place (`<generation>.<place>`), not from its beginning.
  expect(resumed).toContainEqual(expect.stringMatching(/\.[1-9]\d*$/));
  await page.reload();
  await answer(page).locator('pre').waitFor();
  expect(await page.locator('.message-text').allInnerTexts()).toEqual(shown);
});
