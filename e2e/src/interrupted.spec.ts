import type { BrowserContext, Page } from 'playwright-core';
import { asUser, faults, noFaults, slowAnswers } from './support/asking';
import { signIn } from './support/browser';
import { scene } from './support/scene';

/** Of an access token: long enough to sign in and call with it on a busy machine. */
const SHORT_LIFE_MS = 30_000;
/** So long after its end a token still counts, for clocks that differ. */
const TOLERANCE_MS = 5_000;

/** What a person does in the middle of something, and what a network and a clock do to them. */
const here = scene();

const atOnce = () => noFaults(here.stack);
afterEach(atOnce);

const state = (page: Page, name: string) => page.locator(`[data-testid="call-state"][data-state="${name}"]`).waitFor();
const messages = (page: Page) => page.getByTestId('message');
const answer = (page: Page) => page.locator('[data-testid="message"][data-role="assistant"]').last();
const textOf = (page: Page) => answer(page).locator('.message-text').innerText();
/** Nothing is shown as it came for want of what renders it, which a new tab has yet to load. */
const isRendered = (page: Page) => page.getByTestId('unrendered').waitFor({ state: 'detached' });
const isIdle = (page: Page) => page.getByTestId('send').waitFor();
const ask = async (page: Page, text: string) => {
  await page.getByTestId('message-input').fill(text);
  await page.getByTestId('send').click();
};
/** Asks for something long, and comes back when some of it is there. */
const askAndReadSome = async (page: Page) => {
  await slowAnswers(here.stack);
  await ask(page, 'Please tell me a long story in markdown with code');
  await answer(page).filter({ hasText: 'simulator' }).waitFor();
};
const claimsOf = <T>(token: string): T => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as T;
const signedIn = async (user: string): Promise<{ page: Page; context: BrowserContext }> => {
  const { page, context } = await here.signedIn(user);
  return { page, context };
};
/** The page as it is and as it is after a reload say the same. */
const isTheLog = async (page: Page) => {
  await isIdle(page);
  await answer(page).locator('pre').waitFor();
  const shown = await page.locator('.message-text').allInnerTexts();
  await page.reload();
  await answer(page).locator('pre').waitFor();
  expect(await page.locator('.message-text').allInnerTexts()).toEqual(shown);
  return shown;
};

describe('in the middle of an answer', () => {
  it('a second tab opens and follows; what is asked in it afterwards is answered there', async () => {
    const { page, context } = await signedIn('bob');
    await askAndReadSome(page);
    const other = await context.newPage();
    await other.goto(page.url());
    await answer(other).filter({ hasText: 'simulator' }).waitFor();
    await other.getByTestId('stop').waitFor();
    await atOnce();
    await Promise.all([isIdle(page), isIdle(other)]);
    await Promise.all([page, other].map((tab) => answer(tab).locator('pre').waitFor()));
    expect(await textOf(other)).toBe(await textOf(page));
    await ask(other, 'And now from here, in markdown with code');
    await answer(other).filter({ hasText: 'now from here' }).waitFor();
    await isTheLog(other);
    expect(await messages(other).count()).toBe(4);
  });

  it('a stop in one tab ends it in the other', async () => {
    const { page, context } = await signedIn('carol');
    await askAndReadSome(page);
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByTestId('stop').click();
    await Promise.all([page, other].map((tab) => isIdle(tab).then(() => answer(tab).waitFor())));
    await Promise.all([page, other].map(isRendered));
    expect(await textOf(other)).toBe(await textOf(page));
  });

  it('its person goes back, and forward again: it is still being written, and is shown once', async () => {
    const { page } = await signedIn('alice');
    await page.goto(`${here.stack.url}/settings`);
    await page.locator('.page h1').waitFor();
    await page.getByTestId('new-conversation').click();
    await askAndReadSome(page);
    await page.goBack();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.goForward();
    await answer(page).filter({ hasText: 'simulator' }).waitFor();
    await page.getByTestId('stop').waitFor();
    await atOnce();
    await isTheLog(page);
    expect(await messages(page).count()).toBe(2);
  });

  it('before its first word, the page is loaded again: it still waits, and can be stopped', async () => {
    const { page } = await signedIn('bob');
    await faults(here.stack, { next: { kind: 'silence', operation: 'converseStream' } });
    await ask(page, 'Are you there?');
    await page.getByText('The answer is on its way').waitFor();
    await page.waitForURL(/\/c\//);
    await page.reload();
    await page.getByText('The answer is on its way').waitFor();
    await page.getByTestId('stop').click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await answer(page).filter({ hasText: 'Are you there?' }).waitFor();
    await isIdle(page);
    expect(await messages(page).count()).toBe(2);
  });

  it('it fails and the page is loaded again: it can still be asked again', async () => {
    const { page } = await signedIn('carol');
    await faults(here.stack, { next: { kind: 'http', status: 400, operation: 'converseStream' } });
    await ask(page, 'Will you fail?');
    await page.getByTestId('answer-error').waitFor();
    await page.reload();
    await page.getByTestId('answer-error').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await answer(page).filter({ hasText: 'Will you fail?' }).waitFor();
    expect(await messages(page).count()).toBe(2);
  });
});

describe('in the middle of a call', () => {
  it('its token ends: the page brings a new one over the open line, and the call goes on past that end', async () => {
    const { page } = await here.open();
    let endsAt = 0;
    const says = new Map<string, () => void>();
    const said = (name: string) => new Promise<void>((resolve) => says.set(name, resolve));
    const [expiring, refreshed] = [said('tokenExpiring'), said('tokenRefreshed')];
    await page.route('**/api/session/token', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { accessToken: string };
      const { client_id: clientId } = claimsOf<{ client_id: string }>(answer.accessToken);
      const accessToken = await here.stack.token('alice', { clientId, expiresInMs: SHORT_LIFE_MS });
      endsAt = claimsOf<{ exp: number }>(accessToken).exp * 1_000;
      await route.fulfill({ response, json: { ...answer, accessToken, expiresInMs: SHORT_LIFE_MS } });
    });
    // The page renews it by itself at three quarters of its life. Not before the line was asked for a new one.
    await page.route('**/api/session/refresh', (route) => expiring.then(() => route.continue()));
    const events: string[] = [];
    let lines = 0;
    const isLate = () => endsAt > 0 && Date.now() > endsAt + TOLERANCE_MS;
    const late = [said('sent'), said('received')];
    page.on('websocket', (socket) => {
      if (!socket.url().includes('/ws/voice')) return;
      lines += 1;
      const note = (way: 'sent' | 'received', payload: string | Buffer) => {
        if (typeof payload !== 'string') return void (isLate() && says.get(way)?.());
        const name = /"(token\w+)":/.exec(payload)?.[1];
        if (name === undefined) return;
        events.push(name);
        says.get(name)?.();
      };
      socket.on('framesent', ({ payload }) => note('sent', payload));
      socket.on('framereceived', ({ payload }) => note('received', payload));
    });
    await signIn(page, here.stack.url, 'alice');
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    await refreshed;
    // A line whose token was not replaced would be closed by then.
    await page.waitForFunction((at) => Date.now() > at, endsAt + TOLERANCE_MS + 1_000, {
      timeout: 2 * SHORT_LIFE_MS,
    });
    await page.getByTestId('message-input').fill('said after the end of the token');
    await page.getByTestId('message-input').press('Enter');
    await answer(page).waitFor();
    await Promise.all(late); // sound, both ways
    // More of them may follow: a line on which nobody speaks is asked by one whether it is alive.
    expect(events.slice(0, 3)).toEqual(['tokenExpiring', 'tokenRefresh', 'tokenRefreshed']);
    expect(lines).toBe(1);
    await page.getByTestId('end-call').click();
    await state(page, 'ended');
  });

  it('its person looks elsewhere, goes back and forward: the call is on all the while, and one click away', async () => {
    const { page } = await signedIn('bob');
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    await page.waitForURL(/\/c\//);
    const call = page.url();
    await page.getByRole('link', { name: 'Settings' }).click();
    const bar = page.getByRole('region', { name: 'Call in another conversation' });
    await bar.waitFor();
    await page.goBack();
    await bar.waitFor({ state: 'detached' });
    await state(page, 'listening');
    await page.goForward();
    await bar.getByRole('link', { name: 'Back to it' }).click();
    await state(page, 'listening');
    expect(page.url()).toBe(call);
    await page.getByTestId('end-call').click();
    await state(page, 'ended');
  });

  it('the page is loaded again: the call ends with its page, the conversation is there, and another call goes on in it', async () => {
    const { page } = await signedIn('carol');
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    await page.getByTestId('message-input').fill('typed into the call');
    await page.getByTestId('message-input').press('Enter');
    await messages(page).filter({ hasText: 'typed into the call' }).first().waitFor();
    await answer(page).waitFor();
    const conversation = page.url();
    await page.reload();
    await messages(page).filter({ hasText: 'typed into the call' }).first().waitFor();
    expect(await page.getByTestId('call-state').count()).toBe(0);
    await page.getByTestId('start-call').click();
    await state(page, 'listening');
    expect(page.url()).toBe(conversation);
    await page.getByTestId('end-call').click();
    await state(page, 'ended');
  });
});

it('a call that failed is not begun anew by loading the page again, and can be begun by hand', async () => {
  const { page } = await signedIn('bob');
  await faults(here.stack, { next: { kind: 'http', status: 403, operation: 'voice' } });
  await page.getByTestId('start-call').click();
  await state(page, 'failed');
  await page.reload();
  await page.getByTestId('start-call').waitFor();
  expect(await page.getByTestId('call-state').count()).toBe(0);
  await page.getByTestId('start-call').click();
  await state(page, 'listening');
  await page.getByTestId('end-call').click();
  await state(page, 'ended');
});

it('a room in two tabs, one of them loaded again: both say the same, each thing once', async () => {
  const { id: room } = await asUser<{ id: string }>(here.stack, 'alice', '/api/rooms', { title: 'Two tabs' });
  const { page, context } = await signedIn('alice');
  const other = await context.newPage();
  const said = (tab: Page) => tab.locator('[data-testid="message"][data-stage="final"] .message-text');
  const says = async (tab: Page, text: string) => {
    await tab.getByTestId('message-input').fill(text);
    await tab.getByTestId('message-input').press('Enter');
    for (const one of [page, other]) await said(one).filter({ hasText: text }).waitFor();
  };
  for (const tab of [page, other]) {
    await tab.goto(`${here.stack.url}/rooms/${room}`);
    await tab.locator('[data-testid="room-status"][data-state="online"]').waitFor();
  }
  await says(page, 'from the first');
  await says(other, 'from the second');
  await other.reload();
  await said(other).nth(1).waitFor();
  await says(other, 'after the reload');
  for (const tab of [page, other])
    expect(await said(tab).allInnerTexts()).toEqual(['from the first', 'from the second', 'after the reload']);
});

it('the first page, loaded again before and after the sign-in, is the one for whoever looks', async () => {
  const { page } = await here.open();
  await page.goto(here.stack.url);
  await page.getByTestId('sign-in').waitFor();
  await page.reload();
  await page.getByTestId('sign-in').waitFor();
  await signIn(page, here.stack.url, 'carol');
  await page.reload();
  await page.getByTestId('user-name').waitFor();
});

it('a sign-out in one tab is one in the other', async () => {
  const { page, context } = await signedIn('carol');
  const other = await context.newPage();
  await other.goto(`${here.stack.url}/conversations`);
  await other.getByTestId('user-name').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await Promise.all([page, other].map((tab) => tab.getByTestId('sign-in').waitFor()));
  await other.reload();
  await other.getByTestId('sign-in').waitFor();
});

it('a page that is loaded again is what it was, wherever that is', async () => {
  const { page } = await signedIn('bob');
  for (const path of ['conversations', 'rooms', 'settings', 'c/there-is-no-such-one', 'nowhere']) {
    await page.goto(`${here.stack.url}/${path}`);
    const heading = page.locator('main h1');
    await heading.waitFor();
    const said = await heading.innerText();
    await page.reload();
    await heading.filter({ hasText: said }).waitFor();
    expect(page.url()).toBe(`${here.stack.url}/${path}`);
  }
});
