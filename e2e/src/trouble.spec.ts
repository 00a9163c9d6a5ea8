import { screenshot, signIn } from './support/browser';
import { faults } from './support/asking';
import { scene } from './support/scene';

const here = scene();

/** Makes the next request to the simulated models fail. */
const failNext = (fault: object) => faults(here.stack, { next: fault });

const signedIn = async () => {
  const { page } = await here.signedIn('carol');
  return page;
};

it('says why a call failed, and calls again', async () => {
  const page = await signedIn();
  await failNext({ kind: 'http', status: 403, operation: 'voice' });
  await page.getByTestId('start-call').click();
  const failed = page.locator('[data-testid="call-state"][data-state="failed"]');
  await failed.waitFor();
  expect(await failed.innerText()).toMatch(/cannot answer/i);
  await screenshot(page, 'call-failed');
  await page.getByRole('button', { name: 'Call again' }).click();
  await page.locator('[data-testid="call-state"][data-state="listening"]').waitFor();
  await page.getByTestId('end-call').click();
});

it('says what to do when the microphone may not be used', async () => {
  const { page } = await here.open();
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
  });
  await signIn(page, here.stack.url, 'carol');
  await page.getByTestId('start-call').click();
  const failed = page.locator('[data-testid="call-state"][data-state="failed"]');
  await failed.waitFor();
  expect(await failed.innerText()).toMatch(/microphone/i);
  await screenshot(page, 'microphone-refused');
});

it('shows that an answer failed, and asks again', async () => {
  const page = await signedIn();
  await failNext({ kind: 'exception', name: 'modelStreamErrorException', afterFrames: 4, operation: 'converseStream' });
  await page.getByTestId('message-input').fill('Will you fail?');
  await page.getByTestId('message-input').press('Enter');
  await page.getByTestId('answer-error').waitFor();
  await screenshot(page, 'answer-failed');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByTestId('answer-error').waitFor({ state: 'detached' });
  await page.locator('[data-testid="message"][data-role="assistant"]').filter({ hasText: 'Will you fail?' }).waitFor();
  expect(await page.locator('[data-testid="message"][data-role="user"]').count()).toBe(1);
});

it('stops an answer, keeps what there was of it, and shows that after a reload', async () => {
  const page = await signedIn();
  await faults(here.stack, {
    during: { ms: 20_000, fault: { kind: 'slow', everyMs: 400, operation: 'converseStream' } },
  });
  await page.getByTestId('message-input').fill('Please tell me a long story in markdown with code');
  await page.getByTestId('send').click();
  const answer = page.locator('[data-testid="message"][data-role="assistant"]').last();
  await answer.filter({ hasText: 'simulator' }).waitFor();
  await screenshot(page, 'answer-streaming');
  await page.getByTestId('stop').click();
  await page.getByTestId('send').waitFor();
  const text = await answer.locator('.message-text').innerText();
  await page.reload();
  await answer.waitFor();
  // Until what renders Markdown has come the text stands there as it was written, with its spaces.
  await answer.getByTestId('unrendered').waitFor({ state: 'detached' });
  expect(await answer.locator('.message-text').innerText()).toBe(text);
  await answer.getByText('Interrupted').waitFor();
});

it('goes on with an answer after a reload in its middle', async () => {
  const page = await signedIn();
  await page.getByTestId('message-input').fill('And another story in markdown with code, please');
  await page.getByTestId('send').click();
  const answer = page.locator('[data-testid="message"][data-role="assistant"]').last();
  await answer.filter({ hasText: 'simulator' }).waitFor();
  await page.reload();
  await answer.locator('pre').waitFor();
  await page.getByTestId('send').waitFor();
  expect(await page.locator('[data-testid="message"]').count()).toBe(2);
});
