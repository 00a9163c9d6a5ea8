import { fireEvent, screen, waitFor } from '@testing-library/react';
import { problem, startParley } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';

let parley: Awaited<ReturnType<typeof startParley>>;
let items: { id: string; title: string }[];
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
beforeEach(() => {
  parley.signedIn();
  items = [
    { id: 'conversation-0001', title: 'Trains' },
    { id: 'conversation-0002', title: 'Boats' },
  ];
  parley.routes['GET /api/conversations'] = () => ({
    status: 200,
    json: { items: items.map((one) => ({ ...one, kind: 'chat', head: 2, unread: 0, updatedAt: '2026-01-01T10:00:00.000Z' })) }, // prettier-ignore
  });
});
afterEach(() => {
  closePage();
  parley.reset();
});

const rows = () => [...document.querySelectorAll('.row-title')].map(({ textContent }) => textContent);
const shows = (...titles: string[]) => waitFor(() => expect(rows()).toEqual(titles));
async function open(): Promise<void> {
  renderPage(parley.url, '/conversations');
  await shows('Trains', 'Boats');
}

describe('all conversations', () => {
  it('are found by their title', async () => {
    await open();
    const field = screen.getByRole('searchbox', { name: 'Search your conversations by title' });
    fireEvent.change(field, { target: { value: 'boat' } });
    await waitFor(() => expect(parley.queries).toContain('limit=50&q=boat'));
  });

  it('say so when no title has it', async () => {
    await open();
    items = [];
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'zeppelin' } });
    expect(await screen.findByText('No conversation has that in its title.')).toBeTruthy();
  });

  it('are renamed', async () => {
    parley.routes['PATCH /api/conversations/conversation-0002'] = ({ title }: { title: string }) => {
      items[1]!.title = title;
      return { status: 200, json: {} };
    };
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Rename “Boats”' }));
    const field = screen.getByRole('textbox', { name: 'New title of “Boats”' });
    fireEvent.change(field, { target: { value: 'Ships' } });
    fireEvent.submit(field);
    await shows('Trains', 'Ships');
  });

  it('are deleted only after a second word', async () => {
    parley.routes['DELETE /api/conversations/conversation-0001'] = () => {
      items.shift();
      return { status: 204 };
    };
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Delete “Trains”' }));
    fireEvent.click(screen.getByRole('button', { name: 'Keep it' }));
    fireEvent.click(screen.getByRole('button', { name: 'Delete “Trains”' }));
    expect(parley.seen.filter(({ route }) => route.startsWith('DELETE'))).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
    await shows('Boats');
  });

  it('stay, with the reason, when they cannot be deleted', async () => {
    parley.routes['DELETE /api/conversations/conversation-0001'] = () =>
      problem(503, 'store_unavailable', 'unavailable', 'Not right now');
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Delete “Trains”' }));
    fireEvent.click(screen.getByRole('button', { name: 'Delete for good' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Not right now');
    expect(rows()).toEqual(['Trains', 'Boats']);
  });

  it('are kept as a file', async () => {
    const saved: string[] = [];
    URL.createObjectURL = () => 'blob:file';
    URL.revokeObjectURL = () => undefined;
    const click = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      saved.push(this.download);
    });
    parley.routes['GET /api/conversations/conversation-0001/export'] = () => ({ status: 200, json: { id: 'x' } });
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Export “Trains”' }));
    fireEvent.click(screen.getByRole('button', { name: 'JSON' }));
    await waitFor(() => expect(saved).toEqual(['Trains.json']));
    expect(parley.queries).toContain('format=json');
    click.mockRestore();
  });
});
