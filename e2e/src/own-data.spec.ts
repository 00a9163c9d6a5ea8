import { dtmfTones } from '@parley/aws-sim';
import type { Page } from 'playwright-core';
import { join, silence } from './support/audio';
import { faultsOf } from './support/axe';
import { screenshot, signIn } from './support/browser';
import { scene } from './support/scene';

/** For what a person on a busy machine would still wait for. */
const PATIENCE_MS = 60_000;

const here = scene({
  settings: { TRANSCRIPT_CONSENT: 'ask' },
  recording: join(silence(600, 16_000), dtmfTones('427'), silence(6_000, 16_000)),
});
let page: Page;
beforeAll(async () => void ({ page } = await here.signedIn('alice')));

const said = () => page.locator('[data-testid="message"][data-role="user"]').filter({ hasText: 'digits 4 2 7' });

/** Talks in a new conversation until the words were understood, and hangs up. */
async function talk(): Promise<void> {
  await page.goto(here.stack.url);
  await page.getByTestId('start-call').click();
  await said().first().waitFor({ timeout: PATIENCE_MS });
  await page.getByTestId('end-call').click();
  await page.locator('[data-testid="call-state"][data-state="ended"]').waitFor();
}
/** How much the conversation that is open holds. The service is asked, not the page, which may be asking by itself. */
async function kept(): Promise<number> {
  const id = new URL(page.url()).pathname.split('/').at(-1)!;
  const response = await page.request.get(`${here.stack.url}/api/conversations/${id}/messages`, {
    headers: { authorization: await bearer() },
  });
  expect(response.status()).toBe(200);
  return ((await response.json()) as { items: unknown[] }).items.length;
}

describe('a person', () => {
  it('is asked before the first call, and who says no talks without being written down', async () => {
    await page.getByTestId('consent-line').waitFor();
    await screenshot(page, 'consent-line');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Do not' }).click();
    await page.getByTestId('consent-line').waitFor({ state: 'detached' });
    await talk();
    expect(await page.getByTestId('call-state').innerText()).toContain('Nothing was written down');
    expect(await kept()).toBe(0);
  });

  it('changes his mind in the settings', async () => {
    await page.goto(`${here.stack.url}/settings`);
    await page.getByRole('radio', { name: 'Is not written down' }).waitFor();
    expect(await page.getByRole('radio', { name: 'Is not written down' }).isChecked()).toBe(true);
    const done = page.waitForResponse((response) => response.url().endsWith('/consent'));
    await page.getByRole('radio', { name: 'Is written down in the conversation' }).check();
    expect((await done).status()).toBe(204);
    await talk();
    expect(await kept()).toBeGreaterThan(0);
  });

  it('has everything erased, by the keyboard alone, and finds nothing when he comes back', async () => {
    await page.goto(`${here.stack.url}/settings`);
    await page.getByRole('button', { name: 'Erase everything I left' }).focus();
    await page.keyboard.press('Enter');
    await screenshot(page, 'erase-everything');
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByTestId('sign-in').waitFor({ timeout: PATIENCE_MS });
    // Tokens tell the second of a sign-in: one in the very second in which everything ended counts as ended, too.
    await page.waitForFunction((next) => Date.now() >= next, (Math.floor(Date.now() / 1_000) + 1) * 1_000);
    await signIn(page, here.stack.url, 'alice');
    await page.getByTestId('consent-line').waitFor();
    const list = await page.request.get(`${here.stack.url}/api/conversations`, {
      headers: { authorization: await bearer() },
    });
    expect(await list.json()).toMatchObject({ items: [] });
  });
});

/** What the page sends. */
async function bearer(): Promise<string> {
  const asked = page.waitForRequest((request) => request.url().includes('/api/conversations'));
  await page.reload();
  return (await (await asked).headerValue('authorization'))!;
}
