import type { Page } from 'playwright-core';
import { asUser, conversationOf, noFaults, slowAnswers } from './support/asking';
import { Keys } from './support/keys';
import { scene } from './support/scene';

/** Every flow by keys alone, as docs/accessibility.md has them: the focus is always seen, and never lost. */
const here = scene();
afterEach(() => noFaults(here.stack));

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name });
const state = (page: Page, name: string) => page.locator(`[data-testid="call-state"][data-state="${name}"]`).waitFor();

/** Signs in by keys, in a window of its own. */
async function signedIn(user: string, width = 1440): Promise<{ page: Page; keys: Keys }> {
  const { page, context } = await here.open({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  await context.grantPermissions(['microphone', 'clipboard-read', 'clipboard-write']);
  const keys = new Keys(page);
  await page.goto(here.stack.url);
  await keys.choose(page.getByTestId('sign-in'));
  await page.waitForURL(/\/login/);
  await keys.choose(button(page, new RegExp(user, 'i')));
  await page.getByTestId('user-name').waitFor({ state: 'attached' });
  return { page, keys };
}

it('signs in, asks, stops one answer, reads another, and signs out', async () => {
  const { page, keys } = await signedIn('alice');
  await keys.choose(link(page, 'Skip to the conversation'));
  await keys.areOn(page.locator('main'));
  const field = page.getByTestId('message-input');
  await keys.to(field);
  await slowAnswers(here.stack);
  await keys.type('Please tell me a long story in markdown with code');
  await keys.press('Enter');
  await keys.areOn(field);
  const answer = page.locator('[data-testid="message"][data-role="assistant"]').last();
  await answer.filter({ hasText: 'simulator' }).waitFor();
  await keys.choose(button(page, 'Stop the answer'));
  await keys.areOn(button(page, 'Send'));
  await noFaults(here.stack);
  await keys.to(field, 'Shift+Tab');
  await keys.type('Some code in markdown, please');
  await keys.press('Enter');
  await answer.locator('pre').waitFor();
  await button(page, 'Send').waitFor();
  // The thread scrolls with the arrow keys, and wide code in it for itself.
  await keys.to(page.getByRole('region', { name: 'Code' }).last(), 'Shift+Tab');
  await keys.to(page.getByRole('region', { name: 'Messages' }), 'Shift+Tab');
  await keys.choose(button(page, 'Sign out'));
  await page.getByTestId('sign-in').waitFor();
  await keys.to(page.getByTestId('sign-in'));
});

it('talks, mutes, looks elsewhere and comes back, hangs up', async () => {
  const { page, keys } = await signedIn('bob');
  await keys.choose(button(page, 'Write it down'));
  await page.getByTestId('consent-line').waitFor({ state: 'detached' });
  await keys.areOn(page.locator('.dock'));
  await keys.to(page.getByTestId('assistant'));
  await keys.press('ArrowDown');
  await keys.choose(button(page, 'Talk'));
  await state(page, 'listening');
  await page.waitForURL(/\/c\//);
  await keys.areOn(button(page, 'Mute'));
  await keys.press('Space');
  await page.getByRole('button', { name: 'Mute', pressed: true }).waitFor();
  await keys.press('Space');
  await keys.choose(page.locator('summary', { hasText: 'Connection' }));
  await keys.choose(button(page, 'Copy a report'));
  await page.getByText('Copied.').waitFor();
  await keys.areOn(button(page, 'Copy a report'));
  await keys.choose(link(page, 'Settings'));
  await keys.choose(link(page, 'Back to it'));
  await keys.areOn(button(page, 'Mute'));
  await keys.choose(button(page, 'Hang up'));
  await state(page, 'ended');
  await keys.areOn(button(page, 'Talk'));
});

it('calls again where a call failed', async () => {
  const { page, keys } = await signedIn('carol');
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = () => {
      mediaDevices.getUserMedia = real;
      return Promise.reject(new DOMException('refused', 'NotAllowedError'));
    };
  });
  await keys.choose(button(page, 'Talk'));
  await state(page, 'failed');
  await keys.areOn(button(page, 'Talk'));
  await keys.to(button(page, 'Call again'), 'Shift+Tab');
  await keys.press('Enter');
  await state(page, 'listening');
  await keys.areOn(button(page, 'Mute'));
});

it('finds a conversation, renames it, keeps it as a file, deletes it', async () => {
  for (const question of ['Which trains are there?', 'Which boats are there?', 'Which planes are there?'])
    await conversationOf(here.stack, 'carol', question);
  const { page, keys } = await signedIn('carol');
  await keys.choose(link(page, 'All conversations'));
  const search = page.getByRole('searchbox');
  await keys.to(search);
  await keys.type('boats');
  const titles = page.locator('.row-title');
  await titles.filter({ hasText: 'trains' }).waitFor({ state: 'detached' });
  const rename = button(page, /^Rename/);
  await keys.choose(rename);
  const field = page.getByRole('textbox', { name: /^New title of/ });
  await keys.areOn(field);
  await keys.press('Escape');
  await keys.areOn(rename);
  await keys.press('Enter');
  await keys.areOn(field);
  await keys.press('Control+a');
  await keys.type('The boats');
  await keys.press('Enter');
  await titles.filter({ hasText: 'The boats' }).waitFor();
  await keys.areOn(button(page, 'Rename “The boats”'));

  const saved = page.waitForEvent('download');
  await keys.choose(button(page, /^Export/));
  await keys.areOn(button(page, 'Markdown'));
  await keys.choose(button(page, 'JSON'));
  expect((await saved).suggestedFilename()).toMatch(/\.json$/);
  await keys.areOn(button(page, 'Export “The boats”'));

  await keys.to(search, 'Shift+Tab');
  await keys.press('Control+a');
  await keys.press('Delete');
  await titles.nth(2).waitFor();
  const boats = titles.filter({ hasText: 'The boats' });
  const before = await titles.allInnerTexts();
  const at = before.indexOf('The boats');
  const near = before[at + 1] ?? before[at - 1]!;
  await keys.choose(button(page, 'Delete “The boats”'));
  await keys.areOn(button(page, 'Delete for good'));
  await keys.press('Escape');
  await keys.areOn(button(page, 'Delete “The boats”'));
  await keys.press('Enter');
  await keys.areOn(button(page, 'Delete for good'));
  await keys.press('Enter');
  await boats.waitFor({ state: 'detached' });
  await keys.areOn(page.locator('.row-link').filter({ hasText: near }));
  await keys.press('Enter');
  await page.waitForURL(/\/c\//);
  await keys.areOn(page.locator('main'));
});

it('opens a room, writes, edits and deletes in it, and minds its people', async () => {
  const { page, keys } = await signedIn('alice');
  await keys.choose(link(page, 'Rooms'));
  await keys.to(page.getByRole('textbox', { name: 'Title of a new room' }));
  await keys.type('The kitchen');
  await keys.to(page.getByRole('checkbox', { name: 'Everybody who is signed in may join' }));
  await keys.press('Space');
  await keys.choose(button(page, 'Open the room'));
  await page.waitForURL(/\/rooms\/./);
  await keys.areOn(page.locator('main'));
  const room = page.url().split('/').at(-1)!;
  await asUser(here.stack, 'bob', `/api/rooms/${room}/join`, {});
  await page.locator('[data-testid="room-status"][data-state="online"]').waitFor();

  const field = page.getByTestId('message-input');
  await keys.to(field);
  await keys.type('Who is coking?');
  await keys.press('Enter');
  const said = page.locator('[data-testid="message"][data-stage="final"]');
  await said.filter({ hasText: 'Who is coking?' }).waitFor();
  await keys.areOn(field);
  await keys.to(button(page, 'Edit'), 'Shift+Tab');
  await keys.press('Enter');
  await keys.areOn(page.getByRole('textbox', { name: 'Your message' }));
  await keys.press('Control+a');
  await keys.type('Who is cooking?');
  await keys.press('Enter');
  await said.filter({ hasText: 'Who is cooking?' }).waitFor();
  await keys.areOn(button(page, 'Edit'));
  await keys.choose(button(page, 'Delete'));
  await keys.areOn(page.getByRole('region', { name: 'Messages' }));

  await keys.to(button(page, 'Copy an invitation'), 'Shift+Tab');
  await keys.press('Enter');
  await keys.choose(button(page, 'Close'));
  await keys.areOn(page.locator('.dock'));

  await page.reload();
  await keys.choose(page.locator('summary', { hasText: 'People and settings' }));
  await keys.choose(button(page, /^Mute Bob/));
  await page.getByText('can read only', { exact: false }).first().waitFor();
  await keys.areOn(button(page, /^Mute Bob/));
  await keys.choose(button(page, /^Report Bob/));
  await keys.areOn(page.getByRole('textbox', { name: 'What is wrong?' }));
  await keys.press('Escape');
  await keys.areOn(button(page, /^Report Bob/));
  await keys.to(button(page, /^Remove Bob/), 'Shift+Tab');
  await keys.press('Enter');
  await keys.areOn(button(page, 'Remove'));
  await keys.press('Enter');
  await button(page, /^Remove Bob/).waitFor({ state: 'detached' });
  await keys.areOn(page.getByRole('list', { name: 'Members' }));
  await keys.choose(button(page, 'Archive the room'));
  await keys.areOn(button(page, 'Archive it'));
  await keys.choose(button(page, 'Cancel'));
  await keys.areOn(button(page, 'Archive the room'));
});

it('chooses a language, a voice, what is taken away, and a theme', async () => {
  const { page, keys } = await signedIn('bob');
  await keys.choose(link(page, 'Settings'));
  const language = page.getByLabel(/^Language of the answers/);
  await keys.to(language);
  await keys.type('German');
  expect(await language.inputValue()).toBe('de-DE');
  const voice = page.getByLabel(/^Voice of the assistant/);
  await keys.to(voice);
  expect(await voice.inputValue()).toBe('tina');
  await keys.press('ArrowDown');
  expect(await voice.inputValue()).toBe('lennart');
  const echo = page.getByRole('checkbox', { name: /^Take echo away/ });
  await keys.to(echo);
  await keys.press('Space');
  expect(await echo.isChecked()).toBe(false);
  await keys.to(page.getByRole('radio', { name: 'As the system' }));
  await keys.press('ArrowDown');
  await keys.areOn(page.getByRole('radio', { name: 'Light' }));
  await keys.press('ArrowDown');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await keys.areOn(page.getByRole('radio', { name: 'Dark' }));
});

it('administers: switches an assistant off and on, bans somebody and lifts the ban', async () => {
  const { page, keys } = await signedIn('carol');
  await keys.choose(link(page, 'Administration'));
  await keys.areOn(link(page, 'Administration'));
  const coach = page.getByRole('switch', { name: 'Coding coach' });
  for (const state of ['off', 'on']) {
    await keys.to(coach);
    await keys.press('Space');
    await page.getByRole('region', { name: 'Assistants' }).getByText(`Coding coach is ${state} now.`).waitFor();
    await keys.areOn(coach);
  }
  const bans = page.getByRole('region', { name: 'Bans' });
  await keys.to(bans.getByRole('textbox', { name: 'Id of a person' }));
  await keys.type('somebody-who-left');
  await keys.to(bans.getByRole('textbox', { name: 'Why' }));
  await keys.type('Advertising');
  await keys.press('Enter');
  const lift = bans.getByRole('button', { name: /^Lift the ban/ });
  await keys.to(lift);
  await keys.press('Enter');
  await lift.waitFor({ state: 'detached' });
  await keys.areOn(bans);
});

it('solves a problem: from the list into the editor, out of it, to the tests and the coach', async () => {
  const { page, keys } = await signedIn('carol');
  await keys.choose(link(page, 'Practice'));
  await keys.choose(link(page, /Two numbers/));
  await keys.areOn(page.locator('main'));
  const editor = page.getByRole('textbox', { name: 'Your code in JavaScript' });
  await keys.to(editor);
  await keys.press('Control+a');
  await page.keyboard.insertText('function twoSum() { return [0, 1]; }');
  await keys.press('Tab'); // indents
  await keys.areOn(editor);
  await keys.press('Escape');
  await keys.press('Tab');
  await keys.areOn(button(page, 'Run the tests'));
  await keys.press('Enter');
  await page.getByTestId('run-summary').filter({ hasText: '2 of 4' }).waitFor();
  await keys.areOn(button(page, 'Run the tests'));
  await keys.to(page.getByTestId('run-output'));
  await keys.to(page.getByTestId('message-input'));
  await keys.type('Where is my mistake?');
  await keys.press('Enter');
  await page.locator('.coach .message-assistant').filter({ hasText: /\w/ }).waitFor();
  await keys.areOn(page.getByTestId('message-input'));
  await keys.to(editor, 'Shift+Tab');
  await keys.press('Escape');
  await keys.press('Shift+Tab'); // out of it, the other way
  await keys.to(link(page, 'All problems'), 'Shift+Tab');
});

it('opens the menu of a narrow window, leaves it, and goes somewhere by it', async () => {
  const { page, keys } = await signedIn('alice', 360);
  const menu = page.getByTestId('menu');
  await keys.choose(menu);
  await keys.to(link(page, 'Settings'));
  await keys.press('Escape');
  await keys.areOn(menu);
  await keys.press('Enter');
  await keys.to(button(page, 'Sign out'));
  await keys.press('Tab'); // behind the menu
  await page.locator('.shell[data-menu="closed"]').waitFor();
  await keys.seen();
  await keys.to(menu, 'Shift+Tab');
  await keys.press('Enter');
  await keys.choose(link(page, 'Settings'));
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await keys.areOn(page.locator('main'));
});
