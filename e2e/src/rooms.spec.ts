import type { BrowserContext, Page } from 'playwright-core';
import { faultsOf } from './support/axe';
import { asUser } from './support/asking';
import { screenshot } from './support/browser';
import { scene } from './support/scene';

const here = scene();
const people: Record<string, { page: Page; context: BrowserContext }> = {};
let room: string;

const enters = async (user: string) => {
  const { page } = await here.signedIn(user);
  people[user] = { page, context: page.context() };
  const { invitation } = await asUser<{ invitation: string }>(
    here.stack,
    'alice',
    `/api/rooms/${room}/invitations`,
    {},
  );
  await page.goto(`${here.stack.url}/rooms/${room}${user === 'alice' ? '' : `?invitation=${invitation}`}`);
  await page.locator('[data-testid="room-status"][data-state="online"]').waitFor();
  return page;
};
const says = async (user: string, text: string) => {
  const { page } = people[user]!;
  await page.getByPlaceholder('Write to the room').fill(text);
  await page.getByPlaceholder('Write to the room').press('Enter');
};
const reads = (user: string, text: string | RegExp) =>
  people[user]!.page.locator('[data-testid="message"][data-stage="final"]').filter({ hasText: text }).first().waitFor();
const logOf = async (user: string) =>
  people[user]!.page.locator('[data-testid="message"][data-stage="final"]').allInnerTexts();

it('three people talk in a room, and its assistant answers when it is addressed', async () => {
  const facts = { title: 'The kitchen', assistant: 'general' };
  room = (await asUser<{ id: string }>(here.stack, 'alice', '/api/rooms', facts)).id;
  for (const user of ['alice', 'bob', 'carol']) await enters(user);
  await says('alice', 'Who is cooking tonight?');
  await Promise.all(['alice', 'bob', 'carol'].map((user) => reads(user, 'Who is cooking tonight?')));
  await says('bob', 'I am. @general what goes with basil?');
  // The simulated model tells what it was asked: the assistant's message repeats the question.
  await Promise.all(
    ['alice', 'bob', 'carol'].map((user) =>
      people[user]!.page.locator('[data-testid="message"][data-stage="final"]')
        .filter({ hasText: 'basil' })
        .nth(1)
        .waitFor(),
    ),
  );
  await screenshot(people['alice']!.page, 'room-three-people');
});

it('a person whose line was cut reads what was missed, once and in order', async () => {
  await people['carol']!.context.setOffline(true);
  // An open WebSocket does not hear of it: the client finds out by its own question, half a minute later at the latest.
  await people['carol']!.page.locator('[data-testid="room-status"]:not([data-state="online"])').waitFor({
    timeout: 120_000,
  });
  await says('alice', 'Carol is in the tunnel');
  await says('bob', 'She will read it later');
  await reads('alice', 'She will read it later');
  await people['carol']!.context.setOffline(false);
  await reads('carol', 'She will read it later');
  const seen = (texts: string[]) =>
    texts.flatMap((text) => /(Carol is in the tunnel|She will read it later)/.exec(text)?.[0] ?? []);
  expect(seen(await logOf('carol'))).toEqual(['Carol is in the tunnel', 'She will read it later']);
  expect(seen(await logOf('alice'))).toEqual(seen(await logOf('carol')));
});

it('somebody blocks another: his messages are hidden, one by one to be looked at, until he is unblocked', async () => {
  const { page } = people['carol']!;
  const hidden = page.getByTestId('hidden-message');
  await page.getByText('People and settings').click();
  await page.getByRole('button', { name: 'Block Bob' }).click();
  await page.getByRole('form', { name: 'Block Bob' }).getByRole('button', { name: 'Block' }).press('Enter');
  await page.locator('.notice', { hasText: /^You hear nothing of Bob/ }).waitFor();
  await says('bob', 'Carol does not hear this');
  await Promise.all([reads('alice', 'Carol does not hear this'), hidden.last().waitFor()]);
  await says('alice', 'But this');
  await reads('carol', 'But this');
  expect((await logOf('carol')).join()).not.toContain('does not hear this');
  await hidden.last().getByRole('button', { name: 'Show' }).click();
  await hidden.last().getByText('Carol does not hear this').waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await screenshot(page, 'room-blocked-people');
  await page.getByText('People and settings').click();
  await screenshot(page, 'room-blocked');
  await page.getByText('People and settings').click();
  await page.getByRole('button', { name: 'Unblock Bob' }).click();
  await reads('carol', 'Carol does not hear this');
  expect(await hidden.count()).toBe(0);
});
