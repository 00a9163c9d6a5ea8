import type { Entry } from '@parley/protocol';
import { itemsOf, type Local } from './items';

const entry = (seq: number, role: 'user' | 'assistant', text: string, more: object = {}): Entry =>
  ({
    type: 'message',
    id: `m${seq}`,
    seq,
    conversationId: 'c',
    role,
    author:
      role === 'user' ? { kind: 'guest', id: 'g', name: 'Guest' } : { kind: 'assistant', id: 'a', name: 'Helper' },
    parts: [{ type: 'text', text }],
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  }) as Entry;
const local = (key: string, who: Local['who'], text: string): Local => ({ key, who, text, state: 'final' });
const nothing = { entries: [], locals: [], drafts: [], lines: [], me: undefined, revealed: new Map<number, string>() };
const shown = (sources: Partial<Parameters<typeof itemsOf>[0]>) =>
  itemsOf({ ...nothing, ...sources }).items.map(({ key, who, text }) => `${key} ${who}: ${text}`);

it('shows what the log has by now from the log, once, under the key that it had', () => {
  const locals = [local('q1', 'me', 'Hello?'), local('m2', 'assistant', 'Hel'), local('q2', 'me', 'And now?')];
  const entries = [entry(1, 'user', 'Hello?', { clientId: 'q1' }), entry(2, 'assistant', 'Hello.')];
  expect(shown({ entries, locals })).toEqual(['q1 me: Hello?', 'm2 assistant: Hello.', 'q2 me: And now?']);
});

it('shows an answer that is written for all, until it is in the log, and not beside the one that is read here', () => {
  const drafts = [{ id: 'm2', text: 'Hel', isBroken: false }];
  expect(shown({ drafts })).toEqual(['m2 assistant: Hel']);
  expect(shown({ drafts, entries: [entry(2, 'assistant', 'Hello.')] })).toEqual(['m2 assistant: Hello.']);
  expect(shown({ drafts, locals: [local('m2', 'assistant', 'Hell')] })).toEqual(['m2 assistant: Hell']);
});

it('shows what was said in a call, until the log has it', () => {
  const line = { key: 'k', role: 'user' as const, text: 'Spoken', stage: 'final' as const, messageId: 'm1' };
  expect(shown({ lines: [line] })).toEqual(['m1 me: Spoken']);
  expect(shown({ lines: [line], entries: [entry(1, 'user', 'Spoken')] })).toEqual(['m1 me: Spoken']);
});

it('names the people who were called in, and knows the visitor among them', () => {
  const called = { type: 'tool-callPeople', toolCallId: 't', state: 'output-available', input: {}, output: {} };
  const bob = { author: { kind: 'user', id: 'bob', name: 'Bob Okafor' } };
  const me = { author: { kind: 'user', id: 'alice', name: 'Alice' } };
  const entries = [
    entry(1, 'user', 'A person, please'),
    entry(2, 'assistant', 'They come.', { parts: [called, { type: 'text', text: 'They come.' }] }),
    entry(3, 'user', 'Here I am', bob),
    entry(4, 'user', 'Good', me),
  ];
  const { items, withPeople } = itemsOf({ ...nothing, entries, me: 'alice' });
  expect(withPeople).toBe(true);
  expect(items.map(({ who, name }) => [who, name])).toEqual([
    ['me', undefined],
    ['assistant', undefined],
    ['person', 'Bob Okafor'],
    ['me', undefined],
  ]);
});
