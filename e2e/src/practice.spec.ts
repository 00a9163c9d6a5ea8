import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { faultsOf } from './support/axe';
import { screenshot } from './support/browser';
import { scene } from './support/scene';

const here = scene();

const SOLUTION = `function twoSum(numbers, target) {
  const seen = new Map();
  for (const [at, n] of numbers.entries()) {
    // The other one came before?
    if (seen.has(target - n)) return [seen.get(target - n), at];
    seen.set(n, at);
  }
}`;

async function open(user: string): Promise<Page> {
  const { page } = await here.signedIn(user);
  await page.goto(`${here.stack.url}/practice/two-sum`);
  await editor(page).waitFor();
  return page;
}
const editor = (page: Page) => page.getByRole('textbox', { name: 'Your code in JavaScript' });
/** The editor's text as a whole, put in as a person would paste it: typed brackets would be indented on the way. */
async function write(page: Page, code: string): Promise<void> {
  await editor(page).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(code);
}
async function run(page: Page, code: string, summary: RegExp): Promise<string> {
  await write(page, code);
  await page.keyboard.press('Control+Enter');
  await page.getByTestId('run-summary').filter({ hasText: summary }).waitFor();
  return page.getByTestId('run-output').innerText();
}

it('runs the code against the tests, and says what each of them got', async () => {
  const page = await open('alice');
  const none = await run(page, 'function twoSum(numbers) { console.log("asked", numbers); return [0, 1]; }', /2 of 4/);
  expect(none).toContain('failed   twoSum([3,2,4], 6)\n         expected [1,2], gave [0,1]');
  expect(none).toContain('Printed:\nasked [2,7,11,15]');
  expect(await run(page, SOLUTION, /^4 of 4 tests passed/)).not.toContain('failed');
});

it('ends a loop that never ends, and says where the code cannot be read', async () => {
  const page = await open('bob');
  const late = await run(page, 'let n = 0;\nfunction twoSum() { for (;;) n++; }', /Stopped after 2 seconds/);
  expect(late).toContain('not run  twoSum([2,7,11,15], 9)');
  await run(page, 'function twoSum() {\n  return ];\n}', /SyntaxError.*\(line 2\)/);
  await run(page, 'function threeSum() {}', /function that the tests call is not there/);
  await run(page, SOLUTION, /^4 of 4/);
});

it('gives the code no origin, no network and no way to the session', async () => {
  const page = await open('bob');
  const asked: string[] = [];
  const elsewhere = createServer(({ url }, response) => {
    asked.push(url!);
    response.setHeader('content-type', 'text/javascript').end('');
  });
  const { port } = await new Promise<AddressInfo>((resolve) =>
    elsewhere.listen(0, '127.0.0.1', () => resolve(elsewhere.address() as AddressInfo)),
  );
  const attempt = (what: string) =>
    `await (async () => { try { await (${what}); return 'DONE'; } catch (e) { return e.name; } })()`;
  const output = await run(
    page,
    `async function twoSum() {
       console.log('origin', self.origin);
       console.log('fetch', ${attempt(`fetch('${here.stack.url}/api/session/refresh', { method: 'POST', credentials: 'include' })`)});
       console.log('socket', ${attempt(`new Promise((r, no) => Object.assign(new WebSocket('${here.stack.ws}/ws/chat'), { onopen: r, onerror: () => no(new Error('no')) }))`)});
       console.log('elsewhere', ${attempt(`fetch('http://127.0.0.1:${port}/fetch', { mode: 'no-cors' })`)});
       console.log('script', ${attempt(`importScripts('http://127.0.0.1:${port}/script.js')`)});
       console.log('eval', ${attempt(`eval('1')`)});
       console.log('storage', ${attempt(`new Promise((r, no) => Object.assign(indexedDB.open('x'), { onsuccess: r, onerror: no }))`)});
     }`,
    /0 of 4/,
  );
  expect(output).toContain('origin null');
  expect(output).not.toContain('DONE');
  expect(output.match(/^(fetch|socket|elsewhere|script|eval|storage) \w*Error$/gm)).toHaveLength(4 * 6);
  elsewhere.close();
  expect(asked).toEqual([]);
});

it('sends the coach what the page shows, and goes on with both after a reload', async () => {
  const page = await open('alice');
  await run(page, SOLUTION.replace('target - n', 'target + n'), /tests passed/);
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/chat') && request.method() === 'POST');
  const coach = page.getByRole('region', { name: 'Coding coach' });
  await coach.getByTestId('message-input').fill('Where is my mistake?');
  await page.keyboard.press('Enter');
  expect((await asked).postDataJSON()).toMatchObject({
    assistant: 'coding-coach',
    context: {
      problem: expect.stringContaining('add up to the target'),
      code: expect.stringContaining('seen.has(target + n)'),
      language: 'JavaScript',
      lastTestOutput: expect.stringContaining('failed   twoSum([2,7,11,15], 9)'),
    },
  });
  await coach.locator('.message-assistant').filter({ hasText: /\w/ }).waitFor();
  await page.getByTestId('stop').waitFor({ state: 'detached' });
  expect(await page.getByTestId('answer-error').count()).toBe(0);
  await page.reload();
  await editor(page).filter({ hasText: 'target + n' }).waitFor();
  await coach.locator('.message-user').filter({ hasText: 'Where is my mistake?' }).waitFor();
  expect(await coach.locator('.message-assistant').count()).toBe(1);
});

it('can be used by keys alone: in and out of the editor, the tests, the coach', async () => {
  const page = await open('carol');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  await write(page, 'function twoSum() {');
  await page.keyboard.press('End');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('code-editor');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('run-tests');
  await page.keyboard.press('Enter');
  await page.getByTestId('run-summary').filter({ hasText: 'SyntaxError' }).waitFor();
  expect(await focused()).toBe('run-tests');
  await page.keyboard.press('Tab'); // Begin again
  await page.keyboard.press('Tab'); // the output, which may have to be scrolled
  expect(await focused()).toBe('run-output');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('message-input');
});

it('has nothing wrong in either theme, and fits a phone', async () => {
  const page = await open('alice');
  await run(page, SOLUTION, /^4 of 4/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of ['practice', 'practice/two-sum']) {
        await page.goto(`${here.stack.url}/${path}`);
        await page.locator('.shell h1').waitFor();
        if (path !== 'practice') {
          await editor(page).waitFor();
          await page.getByTestId('run-tests').click();
          await page.getByTestId('run-output').waitFor();
        }
        expect(await faultsOf(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        await screenshot(page, `${path.replace('/', '-')}-${colorScheme}-${width}`);
      }
      if (width === 360) {
        await page.getByRole('region', { name: 'Coding coach' }).scrollIntoViewIfNeeded();
        await page.getByTestId('message-input').scrollIntoViewIfNeeded();
        await screenshot(page, `practice-coach-${colorScheme}-${width}`);
      }
    }
  }
});
