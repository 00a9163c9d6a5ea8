import { once } from 'node:events';
import type { TokenProvider, TranscriptLine } from '@parley/client';
import { startParley } from '../../test/parley';
import { Memory } from '../visit/memory';
import { Visitor, type GetToken } from '../visit/visitor';
import { Conversation } from './conversation';

const kept = new Map<string, string>();
const pageStorage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(() => Object.defineProperty(globalThis, 'localStorage', { value: pageStorage, configurable: true }));
beforeEach(async () => void (parley = await startParley()));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await parley.close();
  kept.clear();
});

const tokenOf = (sub: string) => `h.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.s`;
const lines = [{ key: 'l', role: 'user', text: 'My number is', stage: 'final' }] as unknown as TranscriptLine[];

/** A conversation of a page where `user` is signed in. */
async function conversationOf(user: string) {
  const page: { getToken?: GetToken } = { getToken: () => tokenOf(user) };
  const memory = new Memory('conversation');
  const shown = new EventTarget();
  let dropped = 0;
  const conversation: Conversation = new Conversation({
    baseUrl: parley.url,
    visitor: new Visitor(parley.url, () => page.getToken),
    memory,
    question: () => ({ assistant: 'storefront-helper' }),
    changed: () => shown.dispatchEvent(new Event('change')),
    speakerChanged: () => (dropped += 1),
  });
  closers.push(() => conversation.close());
  await conversation.open();
  dropped = 0;
  return {
    page,
    memory,
    conversation,
    speaker: conversation.voice.source as TokenProvider,
    dropped: () => dropped,
    texts: () => conversation.view.items.map(({ text }) => text),
    until: async (isSo: () => boolean) => {
      while (!isSo()) await once(shown, 'change');
    },
  };
}

it.each([
  ['signs out', undefined],
  ['is followed by another one', () => tokenOf('bob')],
])('drops the call of a visitor who %s, and hears nothing more of it', async (_, getToken) => {
  const { page, memory, conversation, speaker, dropped, texts } = await conversationOf('alice');
  conversation.heard(lines, 'call-of-alice', speaker);
  await parley.until(() => parley.joins.length === 1);
  expect([texts(), memory.recall()]).toEqual([['My number is'], { id: 'call-of-alice', ofUser: true }]);
  page.getToken = getToken;
  await conversation.visitorChanged();
  expect(dropped()).toBe(1);
  // The line is still saying what was said when it was hung up.
  conversation.heard(lines, 'call-of-alice', speaker);
  expect([texts(), memory.recall(), conversation.voice.conversationId]).toEqual([[], undefined, undefined]);
  await parley.until(() => parley.lines === 0);
  expect(parley.joins).toEqual([{ id: 'call-of-alice', token: tokenOf('alice') }]);
});

it('goes on with the call when the page only has a new token of the same visitor', async () => {
  const { page, conversation, speaker, dropped, texts } = await conversationOf('alice');
  page.getToken = () => Promise.resolve(tokenOf('alice'));
  await conversation.visitorChanged();
  conversation.heard(lines, 'call-of-alice', speaker);
  expect([dropped(), texts()]).toEqual([0, ['My number is']]);
});

it('cuts the answer off for a visitor who left, at once, and not for one who is still there', async () => {
  const { page, conversation, texts, until } = await conversationOf('alice');
  const asking = conversation.ask('Where is my order?');
  await until(() => texts().includes('One moment'));
  await conversation.visitorChanged();
  expect(texts()).toEqual(['Where is my order?', 'One moment']);
  page.getToken = () => null;
  await conversation.visitorChanged();
  expect(texts()).toEqual([]);
  await asking;
  await parley.until(() => parley.answers[0]!.closed);
  expect([texts(), conversation.view.answer, conversation.view.error]).toEqual([[], 'idle', undefined]);
});

it('stays closed, whatever was under way, until it is opened again', async () => {
  const { conversation, speaker, texts, until } = await conversationOf('alice');
  const asking = conversation.ask('Where is my order?');
  await until(() => texts().includes('One moment'));
  await parley.until(() => parley.joins.length === 1);
  const looking = conversation.retry();
  conversation.close();
  await Promise.all([looking, asking]);
  conversation.heard(lines, 'call-of-alice', speaker);
  await parley.until(() => parley.lines === 0 && parley.answers[0]!.closed);
  expect([conversation.voice.conversationId, conversation.view.error]).toEqual([undefined, undefined]);
  expect(parley.joins).toHaveLength(1);

  await conversation.open();
  await parley.until(() => parley.joins.length === 2);
  expect(parley.joins[1]!.id).toBe(parley.joins[0]!.id);
});

it('asks the page once more when the visitor changed while it was being asked', async () => {
  const { page, conversation } = await conversationOf('alice');
  const asked: ((token: string) => void)[] = [];
  page.getToken = () => new Promise((resolve) => asked.push(resolve));
  const looking = conversation.retry();
  page.getToken = () => tokenOf('bob');
  const changing = conversation.visitorChanged();
  asked[0]!(tokenOf('alice'));
  await Promise.all([looking, changing]);
  expect(await conversation.voice.source!.token()).toBe(tokenOf('bob'));
});

const saidBy = (kind: 'user' | 'assistant', seq: number, text: string, more: object = {}) => ({
  ...{ type: 'message', id: `m-${seq}`, seq, conversationId: 'a-conversation', createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ role: kind, author: { kind, id: kind, name: kind }, parts: [{ type: 'text', text }] },
  ...more,
});

it('shows what was said before, page by page, to the beginning', async () => {
  for (let seq = 1; seq <= 120; seq += 1) parley.log.push(saidBy('user', seq, `${seq}`));
  const { conversation, speaker, texts, until } = await conversationOf('alice');
  conversation.heard([], 'a-conversation', speaker);
  await until(() => texts().length === 50);
  const known: [string | undefined, boolean][] = [];
  for (let page = 0; page < 3; page += 1) {
    known.push([texts()[0], conversation.view.hasEarlier]);
    // However often somebody clicks.
    await Promise.all([conversation.earlier(), conversation.earlier()]);
  }
  known.push([texts()[0], conversation.view.hasEarlier]);
  expect(known).toEqual([
    ['71', true],
    ['21', true],
    ['1', false],
    ['1', false],
  ]);
  expect(texts()).toHaveLength(120);
});

it('shows the place of what somebody said whom the visitor blocks, and the words when he wants to see them', async () => {
  parley.log.push(saidBy('assistant', 1, 'They come.'), saidBy('user', 2, '', { parts: [], hidden: true }));
  const { conversation, speaker, texts, until } = await conversationOf('alice');
  conversation.heard([], 'a-conversation', speaker);
  await until(() => texts().length === 2);
  const hidden = () => conversation.view.items.map((item) => [item.who, item.text, item.blocked]);
  expect(hidden()).toEqual([
    ['assistant', 'They come.', undefined],
    ['person', '', 2],
  ]);
  await conversation.reveal(2);
  expect(hidden()[1]).toEqual(['person', 'rude', 2]);
});
