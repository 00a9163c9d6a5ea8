import type { BrowserContext, Page } from 'playwright-core';
import { faultsOf } from './support/axe';
import { asUser, sayIn } from './support/asking';
import { screenshot } from './support/browser';
import { startShop } from './support/shop';
import { scene } from './support/scene';

let shop: Awaited<ReturnType<typeof startShop>>;
let stranger: typeof shop;
beforeAll(async () => void ([shop, stranger] = await Promise.all([startShop(), startShop()])));
const here = scene(() => ({
  settings: { EMBED_ORIGINS: shop.origin, GUEST_VOICE: 'true' },
  flags: ['--test-third-party-cookie-phaseout'],
}));
beforeAll(() => [shop, stranger].forEach((one) => one.showWidgetOf(here.stack.url)));
afterAll(() => Promise.all([shop, stranger].map((one) => one?.close())));

/** In the page: what has the focus in the widget. */
declare const active: () => Element | null;

interface WidgetElement extends HTMLElement {
  getToken?: () => Promise<string> | undefined;
}

const launcher = (page: Page) => page.getByRole('button', { name: /^Open the chat/ });
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const messages = (page: Page, who: 'me' | 'assistant') =>
  page.locator(`[data-testid="message"][data-who="${who}"][data-state="final"]`);
const status = (page: Page, text: string) => page.getByTestId('status').getByText(text, { exact: true }).waitFor();

async function visit(url = shop.origin) {
  const opened = await here.open();
  await opened.page.goto(url);
  return opened;
}
/** Asks, and waits until the whole answer is there. */
async function ask(page: Page, text: string): Promise<void> {
  const before = await messages(page, 'assistant').count();
  await field(page).fill(text);
  await field(page).press('Enter');
  await messages(page, 'assistant').nth(before).waitFor();
  await status(page, 'Online');
}
const textsOf = async (page: Page) => [
  ...(await messages(page, 'me').allInnerTexts()),
  ...(await messages(page, 'assistant').allInnerTexts()),
];
const signInAs = async (page: Page, user: string) => {
  const token = await here.stack.token(user);
  await page.evaluate((given) => {
    document.querySelector<WidgetElement>('parley-widget')!.getToken = () => Promise.resolve(given);
  }, token);
};
const conversationOf = (page: Page) =>
  page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith('parley.widget:'));
    return (JSON.parse(localStorage.getItem(key!)!) as { id: string }).id;
  });
const statusFor = async (user: string, id: string) => {
  const headers = { authorization: `Bearer ${await here.stack.token(user)}` };
  return (await fetch(`${here.stack.url}/api/conversations/${id}`, { headers })).status;
};
const cookiesOf = async (context: BrowserContext) => (await context.cookies()).map(({ name }) => name);

it('answers a guest on a page of another origin, word by word and without any cookie', async () => {
  const { page, context, errors } = await visit();
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/chat'));
  await launcher(page).click();
  await page.getByTestId('simulated-badge').waitFor();
  await page.getByTestId('welcome').waitFor();
  // How long the answer was at each change of it.
  await page.evaluate(() => {
    const lengths: number[] = [];
    (globalThis as unknown as { lengths: number[] }).lengths = lengths;
    const root = document.querySelector('parley-widget')!.shadowRoot!;
    new MutationObserver(() => {
      const answer = root.querySelector('[data-testid="message"][data-who="assistant"]');
      const length = answer?.textContent?.length ?? 0;
      if (length !== (lengths.at(-1) ?? 0)) lengths.push(length);
    }).observe(root, { childList: true, subtree: true, characterData: true });
  });
  await ask(page, 'Is the chair weatherproof, and how long does it take to be delivered to an island?');
  const lengths = await page.evaluate(() => (globalThis as unknown as { lengths: number[] }).lengths);
  expect(lengths.length).toBeGreaterThan(2);
  expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  expect((await asked).postDataJSON()).toMatchObject({
    assistant: 'storefront-helper',
    context: { product: { id: 'chair', name: 'Garden chair' } },
  });
  expect(await cookiesOf(context)).toEqual([]);
  // What a screen reader is told: the whole answer, once.
  const [answer] = await messages(page, 'assistant').allInnerTexts();
  const spoken = await page.getByTestId('spoken').innerText();
  expect(spoken.replaceAll(/\s/g, '')).toContain(answer!.replaceAll(/\s/g, ''));
  expect(errors).toEqual([]);
});

it('keeps the guest’s history over a reload, and for the user who signs in', async () => {
  const { page, context } = await visit();
  await launcher(page).click();
  await ask(page, 'Do you have it in green?');
  const said = await textsOf(page);
  const id = await conversationOf(page);

  await page.reload();
  await launcher(page).click();
  await messages(page, 'assistant').first().waitFor();
  expect(await textsOf(page)).toEqual(said);
  // What was said before is there to be read; it is not announced.
  expect(await page.getByTestId('spoken').innerText()).toBe('');

  expect(await statusFor('alice', id)).toBe(404);
  await signInAs(page, 'alice');
  await page.getByRole('button', { name: 'Talk' }).waitFor();
  await status(page, 'Online');
  await messages(page, 'assistant').first().waitFor();
  expect(await textsOf(page)).toEqual(said);
  expect(await statusFor('alice', id)).toBe(200);
  await ask(page, 'And in blue?');
  expect(await messages(page, 'me').allInnerTexts()).toHaveLength(2);
  expect(await conversationOf(page)).toBe(id);
  expect(await cookiesOf(context)).toEqual([]);
  await screenshot(page, 'widget-signed-in');

  // Who sits here next sees none of it.
  await page.evaluate(() => void (document.querySelector<WidgetElement>('parley-widget')!.getToken = () => undefined));
  await messages(page, 'assistant').first().waitFor({ state: 'detached' });
  expect(await messages(page, 'me').count()).toBe(0);
});

it('calls, for a visitor who is signed in', async () => {
  const { page, errors } = await visit();
  await signInAs(page, 'bob');
  await launcher(page).click();
  // Before the first call: what is kept of one is the visitor's to say.
  await page.getByRole('group', { name: 'What is kept of calls' }).waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await screenshot(page, 'widget-consent');
  await page.getByRole('button', { name: 'Do not' }).click();
  await page.getByTestId('consent').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Talk' }).click();
  await status(page, 'Listening');
  await page.getByTestId('recorded').getByText('What is said is not written down.').waitFor();
  await screenshot(page, 'widget-call');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await status(page, 'Online');
  expect(errors).toEqual([]);
});

it('hangs up, with the microphone closed, when the visitor who called is signed out', async () => {
  const { page } = await visit();
  await signInAs(page, 'bob');
  await launcher(page).click();
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      Object.assign(globalThis, { microphone: stream });
      return stream;
    };
  });
  await page.getByRole('button', { name: 'Talk' }).click();
  await status(page, 'Listening');
  await page.evaluate(() => void (document.querySelector<WidgetElement>('parley-widget')!.getToken = () => undefined));
  await page.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' });
  await page.waitForFunction(() =>
    (globalThis as unknown as { microphone: MediaStream }).microphone
      .getTracks()
      .every(({ readyState }) => readyState === 'ended'),
  );
  expect(await page.getByTestId('message').count()).toBe(0);
});

it('calls, for a guest too, where the page and the deployment say so', async () => {
  const { page, errors } = await visit();
  await launcher(page).click();
  await status(page, 'Online');
  expect(await page.getByRole('button', { name: 'Talk' }).isVisible()).toBe(false);
  await page.locator('parley-widget').evaluate((widget) => widget.setAttribute('voice', 'guests'));
  await page.getByRole('button', { name: 'Do not' }).click();
  await page.getByRole('button', { name: 'Talk' }).click();
  await status(page, 'Listening');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await status(page, 'Online');
  expect(errors).toEqual([]);
});

it('says on a page that is not on the list that this is the reason', async () => {
  const { page } = await visit(stranger.origin);
  await launcher(page).click();
  await page.getByRole('alert').getByText(`This chat is not set up for ${stranger.origin}`).waitFor();
  await status(page, 'Not available here');
  expect(await faultsOf(page)).toEqual([]);
  await screenshot(page, 'widget-refused');
});

it('works by keys alone: opened, asked and closed, the focus kept in it and given back', async () => {
  const { page } = await visit();
  await launcher(page).waitFor();
  const isOn = (name: string) => page.evaluate((label) => active()?.getAttribute('aria-label') === label, name);
  await page.evaluate(() => {
    Object.assign(globalThis, { active: () => document.querySelector('parley-widget')!.shadowRoot!.activeElement });
  });
  for (let n = 0; n < 5 && !(await isOn('Open the chat')); n++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await isOn('Your message')).toBe(true);
  await page.keyboard.type('Is it heavy?');
  await page.keyboard.press('Enter');
  await messages(page, 'assistant').first().waitFor();
  await status(page, 'Online');
  expect(await isOn('Your message')).toBe(true);
  const seen = new Set<string | null>();
  for (let n = 0; n < 8; n++) {
    await page.keyboard.press('Tab');
    seen.add(await page.evaluate(() => active()?.getAttribute('aria-label') ?? null));
  }
  expect(seen).toEqual(new Set(['Send', 'Close the chat', 'Messages', 'Your message']));
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => active() !== null)).toBe(true);
  await page.keyboard.press('Escape');
  expect(await isOn('Open the chat')).toBe(true);
  expect(await page.getByRole('dialog').count()).toBe(0);
});

it('reads back what was said before, and hides what somebody says whom the visitor blocks until he wants to see it', async () => {
  const { page, errors } = await visit();
  await signInAs(page, 'alice');
  await launcher(page).click();
  await ask(page, 'use callPeople {}');
  await page.getByTestId('people').waitFor();
  const conversationId = await conversationOf(page);
  const { id: bob } = await asUser<{ id: string }>(here.stack, 'bob', '/api/session/me');
  await asUser(here.stack, 'alice', `/api/session/blocks/${bob}`, undefined, 'PUT');
  // Among people nobody answers who is not spoken to.
  const notes = Array.from({ length: 55 }, (_, n) => `Note ${n + 1}`);
  await sayIn(here.stack, 'alice', conversationId, notes);
  await sayIn(here.stack, 'bob', conversationId, ['I am here, Alice']);

  const hidden = page.getByTestId('message').filter({ hasText: 'A message from somebody you blocked' });
  await hidden.waitFor();
  expect(await hidden.innerText()).not.toContain('I am here');
  expect(await faultsOf(page)).toEqual([]);
  await hidden.getByRole('button', { name: 'Show' }).press('Enter');
  await hidden.getByText('I am here, Alice').waitFor();
  // It has the focus, so it is read: not twice.
  expect(await page.getByTestId('spoken').innerText()).not.toContain('I am here');
  await screenshot(page, 'widget-blocked');

  await page.reload();
  await signInAs(page, 'alice');
  await launcher(page).click();
  const earlier = page.getByRole('button', { name: 'Show earlier messages' });
  const top = page.getByText('Note 8', { exact: true });
  await top.waitFor();
  await earlier.focus();
  const before = await top.boundingBox();
  await earlier.press('Enter');
  await page.getByText('use callPeople {}', { exact: true }).waitFor();
  // What was looked at stays where it was, and who works by keys stays in the list.
  expect(Math.abs((await top.boundingBox())!.y - before!.y)).toBeLessThan(60);
  expect(await earlier.count()).toBe(0);
  const focus = () => document.querySelector('parley-widget')!.shadowRoot!.activeElement?.getAttribute('aria-label');
  expect(await page.evaluate(focus)).toBe('Messages');
  expect(errors).toEqual([]);
});

it('has nothing wrong with it in both themes, and fits a phone', async () => {
  const { page } = await visit();
  await launcher(page).click();
  await ask(page, 'What is it made of, and does it come with a cushion?');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await faultsOf(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await screenshot(page, `widget-${colorScheme}-${width}`);
    }
  }
  await page.keyboard.press('Escape');
  await screenshot(page, 'widget-closed-360');
});

it('stands on the shop page of the product, for a guest by cookie, who keeps what was said', async () => {
  const { page, context, errors } = await here.open();
  await page.goto(`${here.stack.url}/shop`);
  await page.getByRole('button', { name: 'Add to the cart' }).click();
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/chat'));
  await launcher(page).click();
  await ask(page, 'How bright is the lamp?');
  expect((await asked).postDataJSON()).toMatchObject({
    context: {
      product: { id: 'desk-lamp', name: 'Walnut desk lamp' },
      cart: [{ name: 'Walnut desk lamp', quantity: 1 }],
    },
  });
  expect((await asked).headers()).not.toHaveProperty('authorization');
  const said = await textsOf(page);
  expect(await cookiesOf(context)).toEqual([expect.stringContaining('guest')]);
  await page.reload();
  await launcher(page).click();
  await messages(page, 'assistant').first().waitFor();
  expect(await textsOf(page)).toEqual(said);
  expect(await faultsOf(page)).toEqual([]);
  await screenshot(page, 'shop-with-widget');

  const id = await conversationOf(page);
  await page.goto(here.stack.url);
  await page.getByTestId('sign-in').click();
  await page.getByRole('button', { name: /carol/i }).click();
  await page.getByTestId('user-name').waitFor();
  await page.goto(`${here.stack.url}/shop`);
  await launcher(page).click();
  await page.getByRole('button', { name: 'Talk' }).waitFor();
  await messages(page, 'assistant').first().waitFor();
  expect(await textsOf(page)).toEqual(said);
  expect(await statusFor('carol', id)).toBe(200);
  // A page that finds nobody signed in yet is told so by a 401, which a browser logs.
  expect(errors.filter((error) => !error.includes('401'))).toEqual([]);
});
