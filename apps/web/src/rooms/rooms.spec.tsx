import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { problem, startParley } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
beforeEach(() => parley.signedIn());
afterEach(() => {
  closePage();
  parley.reset();
});

const PATH = '/rooms/room-00000000001';
const room = { id: 'room-00000000001', title: 'Trains', kind: 'room', head: 3, updatedAt: '2026-01-01T10:00:00.000Z' };
const items = () =>
  screen.queryAllByTestId('message').map((item) => item.querySelector('.message-text')?.textContent ?? '');
const shows = (...texts: string[]) => waitFor(() => expect(items()).toEqual(texts));
async function enter(): Promise<HTMLElement> {
  renderPage(parley.url, PATH);
  await waitFor(() => expect(screen.getByTestId('room-status').dataset['state']).toBe('online'));
  return screen.getByRole('textbox', { name: 'Message' });
}
function write(field: HTMLElement, text: string): void {
  fireEvent.change(field, { target: { value: text } });
  fireEvent.keyDown(field, { key: 'Enter' });
}

describe('the list of rooms', () => {
  it('shows them with what is unread', async () => {
    parley.routes['GET /api/rooms'] = () => ({ status: 200, json: { items: [{ ...room, unread: 2 }] } });
    renderPage(parley.url, '/rooms');
    const link = await screen.findByRole('link', { name: /Trains 2 new/ });
    expect(link.getAttribute('href')).toBe(PATH);
  });

  it('shows what was said last in each, and nothing of what somebody said who is blocked', async () => {
    const said = { type: 'message', author: { kind: 'user', id: 'u-2', name: 'Bob' } };
    const lastMessages = [
      { ...said, parts: [{ type: 'text', text: 'The 9:15 is late' }] },
      { ...said, parts: [], hidden: true },
    ];
    const rooms = lastMessages.map((lastMessage, n) => ({
      ...room,
      id: `room-0000000000${n}`,
      unread: 0,
      lastMessage,
    }));
    parley.routes['GET /api/rooms'] = () => ({ status: 200, json: { items: rooms } });
    renderPage(parley.url, '/rooms');
    expect(await screen.findByText('Bob: The 9:15 is late')).toBeTruthy();
    expect(screen.getByText('A message from somebody you blocked')).toBeTruthy();
  });

  it('opens a new one', async () => {
    parley.routes['GET /api/rooms'] = () => ({ status: 200, json: { items: [] } });
    parley.routes['POST /api/rooms'] = () => ({ status: 201, json: room });
    renderPage(parley.url, '/rooms');
    const title = await screen.findByLabelText('Title of a new room');
    expect(await screen.findByText(/You are in no room yet/)).toBeTruthy();
    fireEvent.change(title, { target: { value: 'Trains' } });
    fireEvent.click(screen.getByRole('button', { name: 'Open the room' }));
    await waitFor(() => expect(location.pathname).toBe(PATH));
    expect(parley.seen.find(({ route }) => route === 'POST /api/rooms')?.body).toEqual({
      title: 'Trains',
      open: false,
      guests: false,
    });
  });

  it('opens a new one with an assistant, for everybody and guests too', async () => {
    parley.routes['GET /api/rooms'] = () => ({ status: 200, json: { items: [] } });
    parley.routes['POST /api/rooms'] = () => ({ status: 201, json: room });
    renderPage(parley.url, '/rooms');
    await screen.findByRole('option', { name: 'Guide' });
    const assistant = screen.getByRole('combobox', { name: 'Assistant' });
    expect(
      within(assistant)
        .getAllByRole('option')
        .map(({ textContent }) => textContent),
    ).toEqual(['None', 'Guide', 'Coach']);
    fireEvent.change(screen.getByLabelText('Title of a new room'), { target: { value: 'Trains' } });
    fireEvent.change(assistant, { target: { value: 'coach' } });
    fireEvent.click(screen.getByRole('checkbox', { name: 'Everybody who is signed in may join' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Guests may join' }));
    fireEvent.click(screen.getByRole('button', { name: 'Open the room' }));
    await waitFor(() => expect(location.pathname).toBe(PATH));
    expect(parley.seen.find(({ route }) => route === 'POST /api/rooms')?.body).toEqual({
      title: 'Trains',
      open: true,
      guests: true,
      assistant: 'coach',
    });
  });

  it('opens one without an assistant when assistants cannot be named, and says why', async () => {
    parley.routes['GET /api/rooms'] = () => ({ status: 200, json: { items: [] } });
    parley.routes['POST /api/rooms'] = () => ({ status: 201, json: room });
    parley.routes['GET /api/assistants'] = () => problem(503, 'store_unavailable', 'unavailable', 'Not right now');
    renderPage(parley.url, '/rooms');
    expect((await screen.findByRole('alert')).textContent).toContain('Not right now');
    fireEvent.change(screen.getByLabelText('Title of a new room'), { target: { value: 'Trains' } });
    fireEvent.click(screen.getByRole('button', { name: 'Open the room' }));
    await waitFor(() => expect(location.pathname).toBe(PATH));
  });

  it('shows more of them, page by page', async () => {
    const pages = [
      { items: [{ ...room, unread: 0 }], next: 'older' },
      { items: [{ ...room, id: 'room-00000000002', title: 'Boats', unread: 0 }] },
    ];
    parley.routes['GET /api/rooms'] = () => ({ status: 200, json: pages.shift() });
    renderPage(parley.url, '/rooms');
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }));
    expect(await screen.findByRole('link', { name: /Boats/ })).toBeTruthy();
    expect(screen.getByRole('link', { name: /Trains/ })).toBeTruthy();
    expect(parley.queries).toContain('cursor=older');
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  });

  it('says why it is not there', async () => {
    parley.routes['GET /api/rooms'] = () => problem(503, 'store_unavailable', 'unavailable', 'Not right now');
    renderPage(parley.url, '/rooms');
    expect((await screen.findByRole('alert')).textContent).toContain('Not right now');
  });
});

describe('a room', () => {
  it('shows what others say, who is there, and who types', async () => {
    parley.rooms.message('Hello');
    await enter();
    await shows('Hello');
    parley.rooms.message('Anybody there?');
    await shows('Hello', 'Anybody there?');
    expect(await screen.findByText('Alice Anders', { selector: '.person' })).toBeTruthy();
    parley.rooms.toAll('typing', { principal: { kind: 'user', id: 'u-2', name: 'Bob' }, typing: true });
    await waitFor(() => expect(screen.getByTestId('room-status').textContent).toBe('Bob is typing…'));
  });

  it('sends, and lets one change and delete what one said', async () => {
    const field = await enter();
    write(field, 'helo');
    await shows('helo');
    fireEvent.click(await screen.findByRole('button', { name: 'Edit' }));
    const edited = screen.getByRole('textbox', { name: 'Your message' });
    fireEvent.change(edited, { target: { value: 'hello' } });
    fireEvent.submit(edited);
    await shows('hello');
    fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
    await shows();
    expect(screen.getByText('Nothing was said here yet.')).toBeTruthy();
  });

  it('keeps what could not be sent, with the reason', async () => {
    parley.rooms.refusal = { code: 'forbidden', kind: 'denied', message: 'The room is archived' };
    write(await enter(), 'hello');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The room is archived');
    fireEvent.click(within(alert).getByRole('button', { name: 'Take it away' }));
    await shows();
  });

  it('says that the line is lost, sends what was written meanwhile, and shows what was missed', async () => {
    const field = await enter();
    parley.rooms.cut();
    await waitFor(() => expect(screen.getByTestId('room-status').textContent).toMatch(/Reconnecting…/));
    write(field, 'still here');
    parley.rooms.message('missed you');
    await shows('missed you', 'still here');
  });

  it('shows an answer while it is written', async () => {
    await enter();
    parley.rooms.toAll('delta', { id: 'r-1', offset: 0, text: 'It opens' });
    await shows('It opens');
    parley.rooms.message('It opens at ten.', {
      role: 'assistant',
      author: { kind: 'assistant', id: 'g', name: 'Guide' },
    });
    await shows('It opens at ten.');
  });

  it('joins by an invitation, which does not stay in the address', async () => {
    parley.routes['POST /api/rooms/room-00000000001/join'] = () => ({ status: 200, json: room });
    renderPage(parley.url, `${PATH}?invitation=secret`);
    await waitFor(() => expect(screen.getByTestId('room-status').dataset['state']).toBe('online'));
    expect(location.href).not.toContain('secret');
    expect(parley.seen.find(({ route }) => route.endsWith('/join'))?.body).toEqual({ invitation: 'secret' });
  });

  it('says that one was taken out of it', async () => {
    await enter();
    await waitFor(() => expect(screen.queryByText('Entering the room')).toBeNull());
    parley.rooms.toAll('left', { reason: 'removed' });
    expect((await screen.findByTestId('no-room')).textContent).toContain('You were taken out of it');
  });

  describe('people and settings', () => {
    const person = (id: string, name: string, role: 'owner' | 'member') => ({ kind: 'user', id, name, role });
    const bob = person('u-2', 'Bob', 'member');
    const [alice, asMember] = [person('u-1', 'Alice Anders', 'owner'), person('u-1', 'Alice Anders', 'member')];
    const open = async (...members: object[]) => {
      parley.routes[`GET /api/conversations/${room.id}`] = () => ({ status: 200, json: { ...room, members } });
      await enter();
      fireEvent.click(await screen.findByText('People and settings'));
    };
    const sent = (route: string) => parley.seen.find((one) => one.route === route)?.body;

    it('an owner mutes a member and takes him out, after one more question', async () => {
      parley.routes[`PUT /api/rooms/${room.id}/members/u-2/mute`] = () => ({ status: 204 });
      parley.routes[`DELETE /api/rooms/${room.id}/members/u-2`] = () => ({ status: 204 });
      await open(alice, bob);
      fireEvent.click(screen.getByRole('button', { name: 'Mute Bob' }));
      expect(await screen.findByText('Bob can read only.', { selector: '.notice p' })).toBeTruthy();
      expect(sent(`PUT /api/rooms/${room.id}/members/u-2/mute`)).toEqual({ muted: true });
      fireEvent.click(screen.getByRole('button', { name: 'Remove Bob' }));
      expect(parley.seen.some(({ route }) => route.startsWith('DELETE'))).toBe(false);
      fireEvent.click(within(screen.getByRole('form', { name: 'Remove Bob' })).getByRole('button', { name: 'Remove' }));
      expect(await screen.findByText('Bob is no longer in the room.', { selector: '.notice p' })).toBeTruthy();
      expect(screen.queryByRole('button', { name: 'Leave the room' })).toBeNull();
    });

    it('an owner copies an invitation and is told how far it goes; a member is offered none', async () => {
      parley.routes[`POST /api/rooms/${room.id}/invitations`] = () => ({
        status: 201,
        json: { invitation: 'secret', expiresAt: '2026-01-08T10:00:00.000Z' },
      });
      const copied: string[] = [];
      const writeText = (text: string) => Promise.resolve(void copied.push(text));
      Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } });
      await open(alice, bob);
      fireEvent.click(screen.getByRole('button', { name: 'Copy an invitation' }));
      expect(await screen.findByText(/good for one person and seven days/, { selector: '.notice p' })).toBeTruthy();
      expect(copied).toEqual([`${location.origin}${PATH}?invitation=secret`]);
      closePage();
      await open({ ...bob, role: 'owner' }, asMember);
      expect(screen.queryByRole('button', { name: 'Copy an invitation' })).toBeNull();
    });

    it('a member reports with a reason, leaves, and can do nothing of the owner’s', async () => {
      parley.routes[`POST /api/rooms/${room.id}/reports`] = () => ({ status: 204 });
      parley.routes[`POST /api/rooms/${room.id}/leave`] = () => ({ status: 204 });
      parley.routes['GET /api/rooms'] = () => ({ status: 200, json: { items: [] } });
      await open({ ...bob, role: 'owner' }, asMember);
      for (const name of ['Mute Bob', 'Remove Bob', 'Archive the room'])
        expect(screen.queryByRole('button', { name })).toBeNull();
      fireEvent.click(screen.getByRole('button', { name: 'Report Bob' }));
      const form = screen.getByRole('form', { name: 'Report Bob' });
      expect(within(form).getByRole('button', { name: 'Report' })).toHaveProperty('disabled', true);
      fireEvent.change(within(form).getByRole('textbox', { name: 'What is wrong?' }), { target: { value: 'spam' } });
      fireEvent.submit(form);
      expect(await screen.findByText(/Thank you/, { selector: '.notice p' })).toBeTruthy();
      expect(sent(`POST /api/rooms/${room.id}/reports`)).toEqual({ principalId: 'u-2', reason: 'spam' });
      fireEvent.click(screen.getByRole('button', { name: 'Leave the room' }));
      fireEvent.keyDown(screen.getByRole('form', { name: 'Leave the room' }), { key: 'Escape' });
      fireEvent.click(screen.getByRole('button', { name: 'Leave the room' }));
      fireEvent.submit(screen.getByRole('form', { name: 'Leave the room' }));
      await waitFor(() => expect(location.pathname).toBe('/rooms'));
    });

    it('somebody blocks another, whose messages are hidden but for a look at one, and unblocks him', async () => {
      const blocks = { items: [] as object[] };
      const path = 'api/session/blocks';
      parley.routes[`GET /${path}`] = () => ({ status: 200, json: blocks });
      const set = (isBlocked: boolean) => () => {
        blocks.items = isBlocked ? [{ principalId: 'u-2', name: 'Bob' }] : [];
        parley.rooms.blocked[isBlocked ? 'add' : 'delete']('u-2');
        return { status: 204 };
      };
      parley.routes[`PUT /${path}/u-2`] = set(true);
      parley.routes[`DELETE /${path}/u-2`] = set(false);
      parley.rooms.message('rude');
      await open(alice, bob);
      await shows('rude');
      fireEvent.click(screen.getByRole('button', { name: 'Block Bob' }));
      fireEvent.submit(screen.getByRole('form', { name: 'Block Bob' }));
      expect(await screen.findByText('You hear nothing of Bob any more.', { selector: '.notice p' })).toBeTruthy();
      await shows();
      parley.rooms.message('ruder');
      const hidden = () => screen.queryAllByTestId('hidden-message');
      await waitFor(() => expect(hidden()).toHaveLength(2));

      const shown = { type: 'message', seq: 2, parts: [{ type: 'text', text: 'ruder' }] };
      parley.routes[`GET /api/conversations/${room.id}/messages`] = () => ({ status: 200, json: { items: [shown] } });
      fireEvent.click(within(hidden()[1]!).getByRole('button', { name: 'Show' }));
      expect(await within(hidden()[1]!).findByText('ruder')).toBeTruthy();
      expect(parley.queries.at(-1)).toBe('before=3&limit=1&blocked=show');

      fireEvent.click(await screen.findByRole('button', { name: 'Unblock Bob' }));
      await shows('rude', 'ruder');
      expect(hidden()).toEqual([]);
      expect(await screen.findByRole('button', { name: 'Block Bob' })).toBeTruthy();
    });

    it('says why something was refused', async () => {
      parley.routes[`POST /api/rooms/${room.id}/archive`] = () =>
        problem(503, 'store_unavailable', 'unavailable', 'Not right now');
      await open(alice, bob);
      fireEvent.click(screen.getByRole('button', { name: 'Archive the room' }));
      fireEvent.submit(screen.getByRole('form', { name: 'Archive the room' }));
      expect((await screen.findByRole('alert')).textContent).toContain('Not right now');
    });
  });

  it('says that one is not in it', async () => {
    parley.routes['POST /api/rooms/room-00000000001/join'] = () =>
      problem(404, 'conversation_not_found', 'invalid', 'There is no such conversation');
    renderPage(parley.url, `${PATH}?invitation=old`);
    expect((await screen.findByTestId('no-room')).textContent).toContain('There is no such conversation');
  });

  it('is left, with all of the page, by who was signed out on every device', async () => {
    await enter();
    parley.routes['POST /api/session/refresh'] = () => problem(401, 'token_refused', 'denied', 'Sign in again');
    parley.rooms.close(4401, 'Signed out');
    expect(await screen.findByTestId('sign-in')).toBeTruthy();
    expect([screen.queryByTestId('no-room'), screen.queryByRole('link', { name: 'Rooms' })]).toEqual([null, null]);
  });

  it('says what it is when the connection ends for good and the sign-in does not', async () => {
    await enter();
    parley.rooms.close(4403, 'You may no longer take part here');
    const told = (await screen.findByTestId('no-room')).textContent;
    expect(told).toContain('This room is not open hereYou may no longer take part here');
  });
});
