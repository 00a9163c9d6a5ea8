import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { faultsOf } from './support/axe';
import { screenshot } from './support/browser';
import { scene } from './support/scene';

const here = scene();

const ask = async (user: string, method: string, path: string, body: object) =>
  fetch(`${here.stack.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${await here.stack.token(user)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Something of everything: an answer, a call that goes on, and a rude word in a room that was reported. */
async function live(): Promise<{ caller: Page }> {
  const message = { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'What goes with basil?' }] };
  const asking = { id: randomUUID(), messages: [message], trigger: 'submit-message' };
  await (await ask('alice', 'POST', '/api/chat', asking)).text();
  const made = await ask('alice', 'POST', '/api/rooms', { title: 'The kitchen', open: true });
  const { id: room } = (await made.json()) as { id: string };
  await ask('bob', 'POST', `/api/rooms/${room}/join`, {});
  const { page: rude } = await here.signedIn('bob');
  await rude.goto(`${here.stack.url}/rooms/${room}`);
  await rude.getByPlaceholder('Write to the room').fill('You cook like a stone');
  await rude.getByPlaceholder('Write to the room').press('Enter');
  await rude.locator('[data-testid="message"][data-stage="final"]').waitFor();
  const log = await fetch(`${here.stack.url}/api/conversations/${room}/messages`, {
    headers: { authorization: `Bearer ${await here.stack.token('alice')}` },
  });
  const { items } = (await log.json()) as { items: { id: string }[] };
  await ask('alice', 'POST', `/api/rooms/${room}/reports`, { messageId: items[0]!.id, reason: 'He is rude to me' });
  await rude.close();
  const { page: caller } = await here.signedIn('alice');
  await caller.getByTestId('start-call').click();
  await caller.locator('[data-testid="call-state"][data-state="listening"]').waitFor();
  return { caller };
}

it('an admin sees who speaks, what is used and what was reported, and acts on it by keys alone', async () => {
  const { caller } = await live();
  const { page, errors } = await here.signedIn('carol');
  errors.length = 0; // before, nobody was signed in: the page says so by a 401
  await page.getByRole('link', { name: 'Administration' }).press('Enter');
  const part = (name: string) => page.getByRole('region', { name, exact: true });
  await part('Live calls').getByRole('rowheader', { name: 'Alice' }).waitFor();
  await page.getByRole('table', { name: 'By assistant' }).getByRole('rowheader').first().waitFor();
  await part('Reports').getByText('You cook like a stone').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${here.stack.url}/admin`);
      await part('Live calls').getByRole('rowheader', { name: 'Alice' }).waitFor();
      await part('Reports').getByText('You cook like a stone').waitFor();
      await part('Audit log').getByText('reported somebody').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      for (const [name, top] of [
        ['admin', 'Live calls'],
        ['admin-connections', 'Connections'],
        ['admin-today', 'What remains today'],
        ['admin-acts', 'Reports'],
      ] as const) {
        await part(top).scrollIntoViewIfNeeded();
        await part(top).evaluate((section) => section.scrollIntoView({ block: 'start' }));
        await screenshot(page, `${name}-${colorScheme}-${width}`);
      }
    }
  }

  const one = page.getByRole('switch', { name: 'Coding coach' });
  await one.press('Space');
  await part('Assistants').getByText('Coding coach is off now.').waitFor();
  const offered = await fetch(`${here.stack.url}/api/assistants`, {
    headers: { authorization: `Bearer ${await here.stack.token('alice')}` },
  });
  expect(await offered.text()).not.toContain('coding-coach');

  await page.getByRole('button', { name: /^Remove the message of/ }).press('Enter');
  await page.keyboard.type('Insults');
  await page.keyboard.press('Enter');
  await page.getByText('The message is no longer there.').waitFor();
  await page.getByRole('button', { name: /^Ban / }).press('Enter');
  await page.keyboard.type('Again and again');
  await page.keyboard.press('Enter');
  const lift = page.getByRole('button', { name: /^Lift the ban of/ });
  await lift.waitFor();
  expect((await ask('bob', 'POST', '/api/rooms', { title: 'Mine' })).status).toBe(403);
  await screenshot(page, 'admin-acted');
  await lift.press('Enter');
  await page.getByText('Nobody is banned.').waitFor();
  const acts = await part('Audit log').getByRole('listitem').allInnerTexts();
  const done = acts.slice(0, 5).map((act) => /lifted|banned|removed|switched|reported/.exec(act)?.[0]);
  expect(done).toEqual(['lifted', 'banned', 'removed', 'switched', 'reported']);

  // With the next sign of life of its process.
  await part('Connections').getByRole('rowheader', { name: '/ws/voice' }).waitFor({ timeout: 60_000 });
  await caller.getByTestId('end-call').click();
  await part('Live calls').getByText('Nobody is in a call now.').waitFor({ timeout: 60_000 });
  expect(errors).toEqual([]);
});

it('whoever is not of the group finds nothing there', async () => {
  const { page } = await here.signedIn('alice');
  expect(await page.getByRole('link', { name: 'Administration' }).count()).toBe(0);
  await page.goto(`${here.stack.url}/admin`);
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});
