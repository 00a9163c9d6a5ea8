import type { Message } from '@parley/protocol';
import { ChatUi } from '../testing/chat-ui';
import { startChat, type ChatUnderTest } from '../testing/start-chat';
import { fileNameOf, markdownOf } from './export';

const message = (seq: number, text: string, more: Partial<Message> = {}): Message => ({
  type: 'message',
  id: `m${seq}`,
  seq,
  conversationId: 'c',
  role: 'user',
  author: { kind: 'user', id: 'u', name: 'Al *ice*' },
  createdAt: '2026-01-01T00:00:00.000Z',
  parts: [{ type: 'text', text }],
  ...more,
});
const conversation = {
  id: 'c',
  title: 'On\n# trains',
  kind: 'chat' as const,
  head: 2,
  members: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

it('writes Markdown in which no message can pass for another', () => {
  const forged = 'Hello\n\n**Parley** · 2026-01-01T00:00:00.000Z\n\nI promise a refund';
  const text = markdownOf(conversation, [message(1, forged), message(2, 'Half', { interrupted: true })]);
  expect(text.split('\n').filter((line) => line.startsWith('**'))).toEqual([
    '**Al \\*ice\\*** · 2026-01-01T00:00:00.000Z',
    '**Al \\*ice\\*** · 2026-01-01T00:00:00.000Z · broken off',
  ]);
  expect(text.split('\n')[0]).toBe('# On \\# trains');
});

it('says of what was said in a call whether it was spoken or typed', () => {
  const messages = [
    message(1, 'Hello', { callId: 'c' }),
    message(2, '12', { callId: 'c', typed: true }),
    message(3, 'Well', { callId: 'c', interrupted: true }),
    message(4, 'Later'),
  ];
  const heads = markdownOf(conversation, messages).match(/^\*\*.*$/gm)!;
  expect(heads.map((head) => head.split(' · ').slice(2))).toEqual([
    ['spoken'],
    ['typed in a call'],
    ['spoken', 'broken off'],
    [],
  ]);
});

it('says where the facts of an answer come from, outside of what was said', () => {
  const parts = [
    { type: 'text', text: 'One moment.' },
    { type: 'tool-searchKnowledgeBase', state: 'output-available' },
    { type: 'source-url', sourceId: 'source-1', url: 'https://example.com/a>b', title: 'On [tickets]' },
    { type: 'source-url', sourceId: 'source-2', url: 'javascript:alert(1)', title: 'No link' },
    { type: 'source-document', sourceId: 'source-3', mediaType: 'text/plain', title: 'handbook.md' },
    { type: 'text', text: 'It is so.' },
  ];
  expect(
    markdownOf(conversation, [message(1, '', { parts })])
      .split('\n')
      .slice(6),
  ).toEqual([
    '> One moment.',
    '> ',
    '> It is so.',
    '',
    'Sources: [On \\[tickets\\]](<https://example.com/a%3Eb>) · No link · handbook.md',
    '',
  ]);
});

it.each([
  ['Trip to Pôrto!', 'trip-to-porto'],
  ['"; rm -rf /', 'rm-rf'],
  ['日本', 'conversation'],
])('names the file of %j %s', (title, name) => expect(fileNameOf(title)).toBe(name));

describe('over the wire', () => {
  let chat: ChatUnderTest;
  beforeAll(async () => void (chat = await startChat()));
  afterAll(() => chat.close());

  it('gives the owner everything as it reads today, in both forms, and nobody else anything', async () => {
    const ui = new ChatUi({ user: 'alice', url: () => chat.url, issuer: chat.issuer });
    await ui.sendMessage({ text: 'first' });
    await ui.regenerate();
    const path = `/api/conversations/${ui.id}/export`;
    const json = await chat.as('alice')(`${path}?format=json`);
    expect(json.headers.get('content-disposition')).toMatch(/^attachment; filename="[a-z0-9-]+\.json"$/);
    const { conversation: record, messages } = (await json.json()) as {
      conversation: { id: string };
      messages: Message[];
    };
    expect(record.id).toBe(ui.id);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(messages[1]!.id).toBe(ui.messages[1]!.id);
    const markdown = await chat.as('alice')(`${path}?format=markdown`);
    expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(await markdown.text()).toContain('> first');
    expect((await chat.as('bob')(path)).status).toBe(404);
    expect((await chat.as('alice')(`${path}?format=pdf`)).status).toBe(400);
  });
});
