import type { Page } from 'playwright-core';
import { noFaults, slowAnswers } from './support/asking';
import { Cable } from './support/cable';
import { scene } from './support/scene';

/** Somebody in a tunnel loads the page again, because it has stopped writing. */
const here = scene();
let cable: Cable;
beforeAll(async () => void (cable = await Cable.lay()));
afterAll(() => cable.close());
afterEach(() => noFaults(here.stack));

const answer = (page: Page) => page.locator('[data-testid="message"][data-role="assistant"]').last();
const texts = (page: Page) => page.locator('.message-text').allInnerTexts();

it('a page that was loaded again while the network was away shows the answer that ran on, whole and once', async () => {
  const { page, context } = await here.signedIn('carol', { proxy: cable.proxy });
  await slowAnswers(here.stack);
  await page.getByTestId('message-input').fill('Please tell me a long story in markdown with code');
  await page.getByTestId('send').click();
  await answer(page).filter({ hasText: 'simulator' }).waitFor();
  const [question, before] = await texts(page);
  const address = page.url();

  await context.setOffline(true);
  cable.cut();
  await expect(page.reload()).rejects.toThrow('ERR_');
  // The browser's own page comes in place of ours a moment after the load has failed.
  await page.locator('.message-text').first().waitFor({ state: 'detached' });
  cable.mend();
  await context.setOffline(false);

  await page.goto(address);
  // It is being written still: what was there comes back, and the rest comes as it is written.
  await answer(page).filter({ hasText: 'simulator' }).waitFor();
  await page.getByTestId('stop').waitFor();
  await noFaults(here.stack);
  await page.getByTestId('send').waitFor();
  await answer(page).locator('pre').waitFor();
  const shown = await texts(page);
  expect(shown).toHaveLength(2);
  expect(shown[0]).toBe(question);
  expect(shown[1]!.length).toBeGreaterThan(before!.length);
  await page.reload();
  await answer(page).locator('pre').waitFor();
  expect(await texts(page)).toEqual(shown);
});
