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
    });
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

  it('says that one is not in it', async () => {
    parley.routes['POST /api/rooms/room-00000000001/join'] = () =>
      problem(404, 'conversation_not_found', 'invalid', 'There is no such conversation');
    renderPage(parley.url, `${PATH}?invitation=old`);
    expect((await screen.findByTestId('no-room')).textContent).toContain('There is no such conversation');
  });
});
