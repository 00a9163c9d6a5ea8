import { fireEvent, screen, waitFor } from '@testing-library/react';
import { answerOf, message, problem, startParley } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
afterEach(() => {
  closePage();
  parley.reset();
});

interface ChatBody {
  id: string;
  trigger: string;
  messageId?: string;
  assistant?: string;
  messages: { id: string; parts: { text: string }[] }[];
}
const posts = () => parley.seen.filter(({ route }) => route === 'POST /api/chat').map(({ body }) => body as ChatBody);
const items = () =>
  screen.getAllByTestId('message').map((item) => {
    const { role, source } = item.dataset;
    return `${role} ${source}: ${item.querySelector('.message-text')?.textContent?.trim()}`;
  });
async function write(text: string): Promise<HTMLElement> {
  await screen.findByRole('combobox', { name: 'Assistant' });
  const field = screen.getByRole('textbox', { name: 'Message' });
  fireEvent.change(field, { target: { value: text } });
  return field;
}

describe('asking', () => {
  it('sends with Enter, shows the answer, and gives the conversation an address', async () => {
    parley.signedIn();
    parley.routes['POST /api/chat'] = () => answerOf('At **ten**.');
    renderPage(parley.url);
    fireEvent.keyDown(await write('When does it open?'), { key: 'Enter' });
    const strong = await screen.findByText('ten');
    expect(strong.tagName).toBe('STRONG');
    expect(items()).toEqual(['user text: When does it open?', 'assistant text: At ten.']);
    expect(posts()).toMatchObject([{ trigger: 'submit-message', assistant: 'guide' }]);
    expect(location.pathname).toBe(`/c/${posts()[0]!.id}`);
  });

  it('says that people were called, and leads to the room that the conversation is now', async () => {
    parley.signedIn();
    const called = { toolCallId: 't', toolName: 'callPeople' };
    parley.routes['POST /api/chat'] = () => {
      const [start, ...rest] = answerOf('They are on their way.').chunks!;
      const tool = [
        { type: 'tool-input-available', ...called, input: {} },
        { type: 'tool-output-available', toolCallId: 't', output: { called: ['Bob'] } },
      ];
      return { status: 200, chunks: [start!, ...tool, ...rest] };
    };
    renderPage(parley.url);
    const field = await write('Give me a human');
    expect(screen.queryByTestId('called-people')).toBeNull();
    fireEvent.keyDown(field, { key: 'Enter' });
    expect((await screen.findByTestId('called-people')).textContent).toContain('People were called');
    fireEvent.click(screen.getByRole('button', { name: 'Open the room' }));
    await waitFor(() => expect(location.pathname).toBe(`/rooms/${posts()[0]!.id}`));
  });

  it('asks the assistant that was chosen', async () => {
    parley.signedIn();
    parley.routes['POST /api/chat'] = () => answerOf('Try it.');
    renderPage(parley.url);
    const field = await write('Help me');
    fireEvent.change(screen.getByRole('combobox', { name: 'Assistant' }), { target: { value: 'coach' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await screen.findByText('Try it.');
    expect(posts()).toMatchObject([{ assistant: 'coach' }]);
  });

  it('begins a line with Shift+Enter, and leaves Enter to an input method that is composing', async () => {
    parley.signedIn();
    renderPage(parley.url);
    const field = await write('Hello');
    fireEvent.keyDown(field, { key: 'Enter', shiftKey: true });
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    expect(posts()).toEqual([]);
  });

  it('shows why there is no answer, and asks the very same again on retry', async () => {
    parley.signedIn();
    parley.routes['POST /api/chat'] = () =>
      problem(503, 'model_unavailable', 'unavailable', 'The model cannot answer right now');
    renderPage(parley.url);
    fireEvent.keyDown(await write('Hello?'), { key: 'Enter' });
    expect((await screen.findByTestId('answer-error')).textContent).toContain('The model cannot answer right now');
    parley.routes['POST /api/chat'] = () => answerOf('Hello.');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(items()).toEqual(['user text: Hello?', 'assistant text: Hello.']));
    const [first, second] = posts();
    expect(second).toEqual(first);
    expect(screen.queryByTestId('answer-error')).toBeNull();
  });

  it('shows what was asked and answered elsewhere when it asks again too late', async () => {
    const log = [message(1, 'user', 'Hello'), message(2, 'assistant', 'Hello.')];
    parley.signedIn(log);
    parley.routes['POST /api/chat'] = () => problem(503, 'store_unavailable', 'unavailable', 'Not right now');
    parley.routes['GET /api/conversations/conversation-0001/messages'] = () => ({
      status: 200,
      json: { items: posts().length < 2 ? log.slice(0, 2) : log.slice(2), first: 1, head: log.length },
    });
    renderPage(parley.url, '/c/conversation-0001');
    fireEvent.keyDown(await write('When?'), { key: 'Enter' });
    await screen.findByTestId('answer-error');
    parley.routes['POST /api/chat'] = () => {
      log.push(message(3, 'user', 'When?'), message(4, 'assistant', 'At ten.'));
      return problem(409, 'conflict', 'invalid', 'This was changed by somebody else meanwhile');
    };
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(items().slice(2)).toEqual(['user text: When?', 'assistant text: At ten.']));
    await waitFor(() => expect(screen.queryByTestId('answer-error')).toBeNull());
    expect(posts()).toHaveLength(2);
  });

  it('says that an answer broke off, instead of showing half of it as the whole', async () => {
    parley.signedIn();
    parley.routes['POST /api/chat'] = () => ({
      status: 200,
      chunks: [
        { type: 'start', messageId: 'a' },
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'At t' },
      ],
    });
    renderPage(parley.url);
    fireEvent.keyDown(await write('When?'), { key: 'Enter' });
    expect((await screen.findByTestId('answer-error')).textContent).toContain('broke off');
  });

  it('reads from the log what became of an answer whose line was lost', async () => {
    const log = [message(1, 'user', 'Hello'), message(2, 'assistant', 'Hello.')];
    parley.signedIn(log);
    parley.routes['POST /api/chat'] = () => {
      log.push(message(3, 'user', 'When?'), message(4, 'assistant', 'At ten, on Sundays at eleven.'));
      return {
        status: 200,
        chunks: [
          { type: 'start', messageId: 'm-4' },
          { type: 'text-start', id: '0' },
          { type: 'text-delta', id: '0', delta: 'At t' },
        ],
      };
    };
    parley.routes['GET /api/conversations/conversation-0001/messages'] = () => ({
      status: 200,
      json: {
        items: parley.seen.some(({ route }) => route === 'POST /api/chat') ? log.slice(2) : log,
        first: 1,
        head: log.length,
      },
    });
    renderPage(parley.url, '/c/conversation-0001');
    fireEvent.keyDown(await write('When?'), { key: 'Enter' });
    await waitFor(() => expect(items().at(-1)).toBe('assistant text: At ten, on Sundays at eleven.'));
    expect(items()).toHaveLength(4);
    expect(screen.queryByTestId('answer-error')).toBeNull();
  });

  it('lets an answer load nothing from elsewhere, run nothing, and pass nothing on by its links', async () => {
    parley.signedIn();
    const hostile =
      '<img src=x onerror=alert(1)> ![map](https://evil.example/x.png) [go](https://a.example) [js](javascript:alert(1))';
    parley.routes['POST /api/chat'] = () => answerOf(hostile);
    renderPage(parley.url);
    fireEvent.keyDown(await write('Hello?'), { key: 'Enter' });
    const link = await screen.findByRole('link', { name: 'go' });
    expect(link.getAttribute('rel')).toContain('noopener');
    expect(document.querySelector('img, script, iframe')).toBeNull();
    expect(screen.getByText('[map]')).toBeTruthy();
    expect(screen.getByText('js').getAttribute('href')).toBe('');
  });

  it('offers to ask again after an answer that was stopped before its first word', async () => {
    parley.signedIn();
    parley.routes['POST /api/chat'] = () => ({
      status: 200,
      chunks: [
        { type: 'start', messageId: 'answer-0' },
        { type: 'finish', finishReason: 'interrupted' },
      ],
    });
    renderPage(parley.url);
    fireEvent.keyDown(await write('Are you there?'), { key: 'Enter' });
    await screen.findByTestId('answer-error');
    parley.routes['POST /api/chat'] = () => answerOf('Yes.');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(items()).toEqual(['user text: Are you there?', 'assistant text: Yes.']));
  });

  it('stops at the service, by button or Escape', async () => {
    parley.signedIn([message(1, 'user', 'Hello'), message(2, 'assistant', 'Hello.')]);
    parley.routes['POST /api/chat/conversation-0001/stop'] = () => ({ status: 202, json: { stopped: true } });
    parley.routes['POST /api/chat'] = () => ({ status: 200, chunks: [{ type: 'start' }], open: true });
    renderPage(parley.url, '/c/conversation-0001');
    const field = await write('A long story, please');
    const asked = waitFor(() => expect(screen.getByRole('button', { name: 'Stop the answer' })).toBeTruthy());
    fireEvent.keyDown(field, { key: 'Enter' });
    await asked;
    fireEvent.keyDown(field, { key: 'Escape' });
    await waitFor(() =>
      expect(parley.seen.map(({ route }) => route)).toContain('POST /api/chat/conversation-0001/stop'),
    );
  });
});

describe('a conversation that was there', () => {
  it('shows what was said and what was written in one thread', async () => {
    parley.signedIn([
      message(1, 'user', 'which trains go', { callId: 'call-1' }),
      message(2, 'assistant', 'Three of them.', { callId: 'call-1' }),
      message(3, 'user', 'Which ones?'),
      message(4, 'assistant', 'The *early* ones.'),
    ]);
    renderPage(parley.url, '/c/conversation-0001');
    await screen.findByText('early');
    expect(items()).toEqual([
      'user voice: which trains go',
      'assistant voice: Three of them.',
      'user text: Which ones?',
      'assistant text: The early ones.',
    ]);
  });

  it('joins an answer that is still being written', async () => {
    parley.signedIn([message(1, 'user', 'Which ones?')]);
    parley.routes['GET /api/chat/conversation-0001/stream'] = () => answerOf('These.');
    renderPage(parley.url, '/c/conversation-0001');
    await screen.findByText('These.');
    expect(items()).toEqual(['user text: Which ones?', 'assistant text: These.']);
  });

  it('shows the answer that ended while the page was loading', async () => {
    const log = [message(1, 'user', 'Which ones?')];
    parley.signedIn(log);
    parley.routes['GET /api/chat/conversation-0001/stream'] = () => {
      log.push(message(2, 'assistant', 'These.'));
      return { status: 204 };
    };
    parley.routes['GET /api/conversations/conversation-0001/messages'] = () => ({
      status: 200,
      json: { items: log.slice(parley.seen.some(({ route }) => route.endsWith('/stream')) ? 1 : 0), first: 1, head: 2 },
    });
    renderPage(parley.url, '/c/conversation-0001');
    await screen.findByText('These.');
    expect(items()).toEqual(['user text: Which ones?', 'assistant text: These.']);
  });

  it('says so when a question never got its answer, and asks again under the same id', async () => {
    const question = message(1, 'user', 'Which ones?', { clientId: 'the-page-s-own-id' });
    parley.signedIn([question]);
    parley.routes['GET /api/conversations/conversation-0001/messages'] = () => {
      const isLater = parley.seen.some(({ route }) => route.endsWith('/stream'));
      return { status: 200, json: { items: isLater ? [] : [question], first: 1, head: 1 } };
    };
    parley.routes['POST /api/chat'] = () => answerOf('These.');
    renderPage(parley.url, '/c/conversation-0001');
    fireEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await screen.findByText('These.');
    expect(posts()).toMatchObject([{ trigger: 'submit-message', messages: [{ id: 'the-page-s-own-id' }] }]);
  });

  it('asks for no stream when the last question has its answer: it would be shown twice', async () => {
    parley.signedIn([message(1, 'user', 'Which ones?'), message(2, 'assistant', 'These.')]);
    renderPage(parley.url, '/c/conversation-0001');
    await screen.findByText('These.');
    expect(parley.seen.map(({ route }) => route)).not.toContain('GET /api/chat/conversation-0001/stream');
  });
});
