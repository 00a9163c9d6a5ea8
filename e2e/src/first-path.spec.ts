import { detectDigits, dtmfTones, samplesOf } from '@parley/aws-sim';
import type { Browser, Page } from 'playwright-core';
import { findIn, join, silence } from './support/audio';
import { audioNotes, openBrowser, openPage, screenshot, signIn, type AudioNotes } from './support/browser';
import { Stack } from './support/stack';

/** For what a person on a busy machine would still wait for. */
const PATIENCE_MS = 60_000;

let stack: Stack;
beforeAll(async () => void (stack = await Stack.start()));
afterAll(async () => void (await stack?.interrupt()));

const browsers: Browser[] = [];
const browserWith = async (recording?: Int16Array) => {
  const browser = await openBrowser(recording);
  browsers.push(browser);
  return browser;
};
afterAll(() => Promise.all(browsers.map((browser) => browser.close())));

const messages = (page: Page, role: 'user' | 'assistant') =>
  page.locator(`[data-testid="message"][data-role="${role}"]`);

/** What the page's call socket carried: the audio that went up, and the audio that came down. */
function recordCall(page: Page) {
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => void (typeof payload !== 'string' && sent.push(payload)));
    socket.on('framereceived', ({ payload }) => void (typeof payload !== 'string' && received.push(payload)));
  });
  return { sent: () => samplesOf(Buffer.concat(sent)), received: () => samplesOf(Buffer.concat(received)) };
}

/** Every third sample pair less: 16 kHz as 24 kHz, good enough to find one recording in another. */
function to24(samples: Int16Array): Int16Array {
  const result = new Int16Array(Math.floor(samples.length * 1.5));
  for (let n = 0; n < result.length; n += 1) {
    const at = n / 1.5;
    const left = Math.floor(at);
    result[n] = Math.round(samples[left]! + ((samples[left + 1] ?? samples[left]!) - samples[left]!) * (at - left));
  }
  return result;
}

/** The keys that were heard at the loudspeaker. */
function heardDigits({ played }: Pick<AudioNotes, 'played'>): string {
  const samples = played.flatMap((block) => block.samples);
  return detectDigits(
    Int16Array.from(samples, (sample) => Math.round(sample * 32_767)),
    played[0]?.rateHz,
  );
}

describe('a person', () => {
  let page: Page;
  let conversation: string;
  let errors: string[];

  it('signs in, talks, and hears the very words that were spoken', async () => {
    const words = dtmfTones('427');
    const browser = await browserWith(join(silence(600, 16_000), words, silence(6_000, 16_000)));
    ({ page, errors } = await openPage(browser));
    await page.goto(stack.url);
    await page.getByTestId('sign-in').waitFor();
    await screenshot(page, 'landing');
    await signIn(page, stack.url, 'alice');
    await page.getByTestId('simulated-badge').waitFor();
    await screenshot(page, 'signed-in');

    const call = recordCall(page);
    await page.getByTestId('start-call').click();
    await page.locator('[data-testid="call-state"][data-state="listening"]').waitFor();
    // The browser's own processing may spoil the first words; the recording comes round again.
    await messages(page, 'user').filter({ hasText: 'digits 4 2 7' }).first().waitFor({ timeout: PATIENCE_MS });
    await page.locator('[data-testid="call-state"][data-state="speaking"]').waitFor();
    await screenshot(page, 'talk-speaking');
    await messages(page, 'assistant').filter({ hasText: 'Here it is again.' }).first().waitFor();
    // The text of an answer comes before its sound: the person hangs up when the digits have been heard.
    const limit = Date.now() + PATIENCE_MS;
    while (!heardDigits(await audioNotes(page)).includes('427') && Date.now() < limit) await page.waitForTimeout(300);
    expect(heardDigits(await audioNotes(page))).toContain('427');
    await page.getByTestId('end-call').click();
    await page.locator('[data-testid="call-state"][data-state="ended"]').waitFor();

    // What came down contains what went up, and what was played contains the digits that the microphone heard.
    const loud = loudPart(call.sent());
    const { correlation } = findIn(call.received(), to24(loud));
    const { sent } = await audioNotes(page);
    const pauses = sent.slice(1).map(({ at }, n) => at - sent[n]!.at);
    console.log(`microphone: ${sent.length} frames, longest pause ${Math.round(Math.max(...pauses))} ms`);
    console.log(
      `answer against microphone: correlation ${correlation.toFixed(4)} over ${(loud.length / 16_000).toFixed(2)} s`,
    );
    expect(correlation).toBeGreaterThan(0.95);
    conversation = page.url();
    expect(conversation).toMatch(/\/c\/[\w-]{16,}$/);
  });

  it('asks on in text, in the same conversation, and sees the answer being written', async () => {
    await page.getByTestId('message-input').fill('Please show me some code in markdown');
    await page.getByTestId('send').click();
    await page.getByTestId('stop').waitFor();
    await screenshot(page, 'ask-streaming');
    const answer = messages(page, 'assistant').last();
    await answer.locator('pre').waitFor();
    await page.getByTestId('stop').waitFor({ state: 'detached' });
    // The model was told what had been said by voice.
    await expect(answer.innerText()).resolves.toMatch(/earlier message/);
  });

  it('finds all of it after a reload', async () => {
    const before = await page.getByTestId('message').allInnerTexts();
    await page.reload();
    // Markdown arrives after the text that it formats: the page is read when it has come to rest.
    await page.waitForFunction(
      (texts) =>
        JSON.stringify(
          Array.from(document.querySelectorAll<HTMLElement>('[data-testid="message"]'), (one) => one.innerText),
        ) === texts,
      JSON.stringify(before),
    );
    expect(before.join('\n')).toContain('digits 4 2 7');
    expect(page.url()).toBe(conversation);
  });

  it('sees it in both themes and on a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [name, width, height] of [
        ['desktop', 1440, 900],
        ['phone', 360, 780],
      ] as const) {
        await page.setViewportSize({ width, height });
        await screenshot(page, `conversation-${colorScheme}-${name}`);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBeLessThanOrEqual(0);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('leaves nothing for another person to see', async () => {
    const browser = await browserWith();
    const bob = await openPage(browser);
    await signIn(bob.page, stack.url, 'bob');
    await bob.page.getByTestId('list-empty').waitFor();
    await bob.page.goto(conversation);
    await bob.page.getByTestId('not-found').waitFor();
    await screenshot(bob.page, 'not-found');
    expect(await bob.page.content()).not.toContain('digits 4 2 7');
  });

  it('signs out, and is nobody after a reload', async () => {
    await page.getByTestId('sign-out').click();
    await page.getByTestId('sign-in').waitFor();
    await page.goto(stack.url);
    await page.getByTestId('sign-in').waitFor();
    expect(errors.filter((text) => !/401|Failed to load resource/.test(text))).toEqual([]);
  });
});

/** From the first to the last loud sample of the first utterance. */
function loudPart(samples: Int16Array): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) > 1_000);
  let last = first;
  for (let n = first; n < samples.length && n - last < 8_000; n += 1) if (Math.abs(samples[n]!) > 1_000) last = n;
  return samples.subarray(first, last + 1);
}

it('stops the answer when the person speaks over it', async () => {
  const recording = join(
    silence(500, 16_000),
    dtmfTones('1234567890'),
    silence(1_700, 16_000),
    dtmfTones('99999'),
    silence(8_000, 16_000),
  );
  const { page } = await openPage(await browserWith(recording));
  await signIn(page, stack.url, 'alice');
  await page.getByTestId('start-call').click();
  // The recording comes round again and again: on a slow machine the first one may miss the answer.
  await page.waitForFunction(
    () => (globalThis as unknown as { audioNotes: AudioNotes }).audioNotes.interruptedAt.length > 0,
    undefined,
    { timeout: PATIENCE_MS },
  );
  await messages(page, 'user').filter({ hasText: 'digits 9 9 9' }).first().waitFor({ timeout: PATIENCE_MS });
  await page.getByTestId('end-call').click();
  const { played, sent, received, interruptedAt } = await audioNotes(page);
  expect(interruptedAt.length).toBeGreaterThan(0);
  const at = interruptedAt[0]!;
  const loud = played.filter(({ peak }) => peak > 0.02);
  expect(loud.some((block) => block.at < at)).toBe(true);
  // All of the answer was here by then, its last digit too, which nobody may hear any more. The next answer begins after the
  // word that interrupts; how fast it falls silent is measured by the bench of the voice loop.
  const wordEnd = sent
    .filter(({ peak, at: time }) => peak > 1_000 && time > at)
    .reduce((end, frame) => (frame.at - end < 300 ? frame.at : end), at);
  const next = received.find((time) => time > wordEnd) ?? Infinity;
  const rest = played.filter((block) => block.at > at && block.at < next);
  expect(heardDigits({ played: rest })).not.toContain('0');
});
