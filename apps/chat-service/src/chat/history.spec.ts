import type { HeldConversation } from '@parley/conversations';
import type { Message } from '@parley/protocol';
import { historyTo } from './history';

const message = (seq: number, role: 'user' | 'assistant' = 'user'): Message => ({
  type: 'message',
  id: `m${seq}`,
  seq,
  conversationId: 'c',
  role,
  author: { kind: 'user', id: 'alice', name: 'Alice' },
  parts: [{ type: 'text', text: String(seq) }],
  createdAt: '2026-01-01T00:00:00.000Z',
});
const log = (head: number, view: readonly Message[]) =>
  ({ head, lastMessages: async (limit: number) => view.slice(-limit) }) as HeldConversation;
const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

it('is what was read before, and the question right behind it', async () => {
  const before = Promise.resolve([message(1), message(2, 'assistant'), message(4)]);
  expect(seqs(await historyTo(message(3), log(2, []), before))).toEqual([1, 2, 3]);
});

it('ends with the question, also where somebody spoke or was answered after it', async () => {
  const view = [message(1), message(2), message(3, 'assistant'), message(4)];
  expect(seqs(await historyTo(message(2), log(4, view)))).toEqual([1, 3, 4, 2]);
});

it('has the question as it reads by now', async () => {
  const edited = { ...message(1), parts: [{ type: 'text', text: 'edited' }] } as Message;
  expect(await historyTo(message(1), log(2, [edited]))).toEqual([edited]);
});

it('is not told for a question that was deleted meanwhile', async () => {
  await expect(historyTo(message(1), log(2, [message(2)]))).rejects.toMatchObject({ code: 'not_found' });
});

it('has a question that so much was said after that it is not among the last', async () => {
  const view = Array.from({ length: 100 }, (_, index) => message(index + 2));
  const told = await historyTo(message(1), log(101, view));
  expect([told.length, told.at(-1)!.seq]).toEqual([60, 1]);
});
