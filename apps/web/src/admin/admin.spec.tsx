import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { problem, startParley, type Route } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';
import { summed } from './sums';
import { costOf, lastingOf } from './words';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
afterEach(() => {
  closePage();
  parley.reset();
});

const at = '2026-01-01T10:00:00.000Z';
const by = { kind: 'user', id: 'u-1', name: 'Alice Anders' };
const report = {
  id: 'r-1',
  at,
  by,
  conversationId: 'c-1',
  principalId: 'u-2',
  name: 'Mallory',
  messageId: 'm-1',
  reason: 'rude',
};
const message = {
  type: 'message',
  author: { kind: 'user', id: 'u-2', name: 'Mallory' },
  parts: [{ type: 'text', text: 'bad words' }],
};
const list =
  (...items: object[]): Route =>
  () => ({ status: 200, json: { items } });

function signIn(more: Record<string, Route> = {}): void {
  parley.signedIn([], ['admins']);
  Object.assign(parley.routes, {
    'GET /api/admin/calls': list(),
    'GET /api/admin/connections': list(),
    'GET /api/admin/usage': () => ({ status: 200, json: { items: [], total: {} } }),
    'GET /api/admin/ceilings': list(),
    'GET /api/admin/assistants': list({ id: 'general', name: 'Parley', enabled: true }),
    'GET /api/admin/reports': list(),
    'GET /api/admin/bans': list(),
    'GET /api/admin/audit': list(),
    ...more,
  });
}
const part = (name: string) => screen.findByRole('region', { name });
const inPart = async (name: string) => within((await part(name)) as HTMLElement);
const asked = (route: string) => parley.seen.filter((one) => one.route === route);

it('is there for the group only: everybody else finds nothing, and no way to it', async () => {
  parley.signedIn();
  renderPage(parley.url, '/admin');
  expect(await screen.findByRole('heading', { name: 'There is nothing here' })).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Administration' })).toBeNull();
  expect(parley.seen.some(({ route }) => route.includes('/api/admin'))).toBe(false);
});

it('says of each part that there is nothing in it, and what went wrong with one keeps nothing from the others', async () => {
  signIn({ 'GET /api/admin/reports': () => problem(503, 'store_unavailable', 'unavailable', 'Not right now') });
  renderPage(parley.url, '/');
  fireEvent.click(await screen.findByRole('link', { name: 'Administration' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Not right now');
  for (const text of [
    'Nobody is in a call now.',
    'Nobody is connected now.',
    'Nothing was used in these days.',
    'Nobody is banned.',
    'Nothing was done yet.',
  ])
    expect(await screen.findByText(text)).toBeTruthy();
  parley.routes['GET /api/admin/reports'] = list();
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Nothing was reported.')).toBeTruthy();
});

it('shows who speaks now, with whom and where', async () => {
  const call = {
    callId: 'c',
    principalId: 'u-2',
    conversationId: 'x',
    startedAt: at,
    replica: 'replica-of-the-call',
    streams: 2,
  };
  signIn({
    'GET /api/admin/calls': list(
      { ...call, name: 'Mallory', assistant: 'general' },
      { ...call, callId: 'd', principalId: 'a-guest-with-a-long-id', assistant: 'gone' },
    ),
  });
  renderPage(parley.url, '/admin');
  const rows = (await (await inPart('Live calls')).findAllByRole('row')).slice(1);
  const cells = rows.map((row) => [...row.children].map((cell) => cell.textContent));
  expect(cells.map(([who, assistant, , replica, streams]) => [who, assistant, replica, streams])).toEqual([
    ['Mallory', 'Parley', 'replica-…', '2'],
    ['a-guest-…', 'gone', 'replica-…', '2'],
  ]);
});

it('shows how many are connected, people and guests, in all and by path and replica', async () => {
  const open = (path: string, kind: string, connections: number) => ({ path, kind, connections });
  signIn({
    'GET /api/admin/connections': list(
      { replica: 'chat-replica-1', toldAt: at, open: [open('/ws/chat', 'user', 1_200), open('/ws/chat', 'guest', 30)] },
      { replica: 'chat-replica-2', toldAt: at, open: [open('/ws/chat', 'guest', 4)] },
      { replica: 'voice-replica', toldAt: at, open: [open('/ws/voice', 'user', 5)] },
      { replica: 'new-replica', toldAt: at, open: [] },
    ),
  });
  renderPage(parley.url, '/admin');
  const told = await inPart('Connections');
  const rows = (await told.findAllByRole('row')).slice(1);
  expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ['/ws/chat', 'chat-rep…', '1,200', '30'],
    ['/ws/chat', 'chat-rep…', '0', '4'],
    ['/ws/voice', 'voice-re…', '5', '0'],
  ]);
  const totals = [...document.querySelectorAll('.admin-totals')].find((one) => one.textContent?.includes('Replicas'));
  expect([...totals!.querySelectorAll('dd')].map((one) => one.textContent)).toEqual(['1,205', '34', '4']);
});

it('adds up what was used by day and by assistant, for the days that are chosen', async () => {
  const used = {
    model: 'm',
    inputTokens: 1_000,
    outputTokens: 500,
    answers: 2,
    assistant: 'general',
    principal: 'u-1',
  };
  const items = [
    { ...used, day: '2026-01-01', costUsd: 1 },
    { ...used, day: '2026-01-01', principal: 'u-2', costUsd: 0.5 },
    { ...used, day: '2026-01-02', assistant: 'coach' },
  ];
  const total = { answers: 6, inputTokens: 3_000, outputTokens: 1_500, costUsd: 1.5 };
  signIn({ 'GET /api/admin/usage': () => ({ status: 200, json: { items, total } }) });
  renderPage(parley.url, '/admin');
  expect(await screen.findByRole('table', { name: 'By day' })).toBeTruthy();
  const rowsOf = (name: string) =>
    [...screen.getByRole('group', { name }).querySelectorAll('tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
  expect(rowsOf('By day')).toEqual([
    ['Jan 2', '2', '1,500', '$0.00'],
    ['Jan 1', '4', '3,000', '$1.50'],
  ]);
  expect(rowsOf('By assistant').map(([name]) => name)).toEqual(['coach', 'Parley']);
  expect(screen.getByText(/without a price/)).toBeTruthy();
  fireEvent.change(screen.getByRole('combobox', { name: 'Days' }), { target: { value: '30' } });
  await waitFor(() => expect(asked('GET /api/admin/usage')).toHaveLength(2));
  const [week, month] = parley.queries.flatMap((query) => /from=([\d-]+)/.exec(query)?.[1] ?? []);
  expect(Date.parse(week!) - Date.parse(month!)).toBe(23 * 86_400_000);
});

it('shows what remains under each ceiling', async () => {
  signIn({
    'GET /api/admin/ceilings': list(
      { over: 'deployment', tokens: { used: 250, limit: 1_000 }, calls: { used: 7, limit: 7 } },
      { over: 'assistant', assistant: 'general', tokens: { used: 5 }, calls: { used: 1 } },
    ),
  });
  renderPage(parley.url, '/admin');
  const told = await inPart('What remains today');
  expect(await told.findByText('750 of 1,000 left')).toBeTruthy();
  expect(told.getByText('0 of 7 left')).toBeTruthy();
  expect(told.getAllByRole('meter').map((meter) => meter.getAttribute('value'))).toEqual(['0.25', '1']);
  expect(await told.findByRole('heading', { name: 'Parley' })).toBeTruthy();
  expect(told.getByText('5 used, without a limit')).toBeTruthy();
});

it('switches an assistant off, shows what came of it, and reads the audit log anew', async () => {
  let enabled = true;
  signIn({
    'GET /api/admin/assistants': () => ({ status: 200, json: { items: [{ id: 'general', name: 'Parley', enabled }] } }),
    'PUT /api/admin/assistants/general': () => {
      enabled = false;
      return { status: 204 };
    },
    'GET /api/admin/audit': () => ({
      status: 200,
      json: { items: enabled ? [] : [{ id: 'a-1', at, by, what: 'switchOff', assistant: 'general' }] },
    }),
  });
  renderPage(parley.url, '/admin');
  const one = await screen.findByRole('switch', { name: 'Parley' });
  await screen.findByText('Nothing was done yet.');
  fireEvent.click(one);
  expect(await screen.findByText('Parley is off now.', { selector: '.notice p' })).toBeTruthy();
  expect(asked('PUT /api/admin/assistants/general')[0]?.body).toEqual({ enabled: false });
  await waitFor(() => expect((screen.getByRole('switch', { name: 'Parley' }) as HTMLInputElement).checked).toBe(false));
  expect((await part('Audit log')).textContent).toContain('Alice Anders switched an assistant off: Parley');
});

it('removes a message that was reported, and bans who wrote it, each with a reason; the ban is lifted again', async () => {
  let state: 'there' | 'removed' = 'there';
  let banned: object[] = [];
  signIn({
    'GET /api/admin/reports': () => ({
      status: 200,
      json: { items: [state === 'there' ? { ...report, message } : report] },
    }),
    'GET /api/admin/bans': () => ({ status: 200, json: { items: banned } }),
    'POST /api/admin/removals': () => {
      state = 'removed';
      return { status: 204 };
    },
    'PUT /api/admin/bans/u-2': () => {
      banned = [{ principalId: 'u-2', at }];
      return { status: 204 };
    },
    'DELETE /api/admin/bans/u-2': () => {
      banned = [];
      return { status: 204 };
    },
  });
  renderPage(parley.url, '/admin');
  expect(await screen.findByText('bad words')).toBeTruthy();
  const answer = (name: string, reason: string) => {
    fireEvent.click(screen.getByRole('button', { name }));
    const form = screen.getByRole('form', { name });
    fireEvent.change(within(form).getByRole('textbox'), { target: { value: reason } });
    fireEvent.submit(form);
  };
  answer('Remove the message of Mallory', 'insults');
  expect(await screen.findByText('The message is no longer there.')).toBeTruthy();
  const removal = { conversationId: 'c-1', messageId: 'm-1', reason: 'insults' };
  expect(asked('POST /api/admin/removals')[0]?.body).toEqual(removal);
  answer('Ban Mallory', 'again');
  const lift = await screen.findByRole('button', { name: 'Lift the ban of u-2' });
  expect(asked('PUT /api/admin/bans/u-2')[0]?.body).toEqual({ reason: 'again' });
  fireEvent.click(lift);
  expect(await screen.findByText('Nobody is banned.')).toBeTruthy();
});

it('bans somebody by his id, and says why that was refused', async () => {
  signIn({ 'PUT /api/admin/bans/u-9': () => problem(403, 'forbidden', 'denied', 'You may not do that') });
  renderPage(parley.url, '/admin');
  const form = await screen.findByRole('form', { name: 'Ban somebody' });
  const write = (name: string, value: string) =>
    fireEvent.change(within(form).getByRole('textbox', { name }), { target: { value } });
  write('Id of a person', ' u-9 ');
  write('Why', 'spam');
  fireEvent.submit(form);
  expect((await screen.findByRole('alert')).textContent).toContain('You may not do that');
  expect(asked('PUT /api/admin/bans/u-9')[0]?.body).toEqual({ reason: 'spam' });
});

it('reads on in the audit log', async () => {
  const act = (id: string, reason: string) => ({ id, at, by, what: 'mute', whom: 'u-2', reason });
  signIn({ 'GET /api/admin/audit': () => ({ status: 200, json: { items: [act('a', 'first')], next: 'older' } }) });
  renderPage(parley.url, '/admin');
  const told = await inPart('Audit log');
  const more = await told.findByRole('button', { name: 'Show older acts' });
  parley.routes['GET /api/admin/audit'] = list(act('b', 'second'));
  fireEvent.click(more);
  expect(await told.findByText('second')).toBeTruthy();
  expect(told.getByText('first')).toBeTruthy();
  expect(parley.queries.at(-1)).toBe('limit=20&cursor=older');
  expect(told.queryByRole('button', { name: 'Show older acts' })).toBeNull();
});

it('tells times and amounts as people read them', () => {
  expect([0, 61, 3_725].map((s) => lastingOf(at, Date.parse(at) + s * 1_000))).toEqual(['0:00', '1:01', '1:02:05']);
  expect([0, 0.0012, 0.01, 1_234.5].map(costOf)).toEqual(['$0.00', '<$0.01', '$0.01', '$1,234.50']);
  expect(summed([], () => '')).toEqual([]);
});
