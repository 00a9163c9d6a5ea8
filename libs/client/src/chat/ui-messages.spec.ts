import type { Entry } from '@parley/protocol';
import { toUiMessages } from './ui-messages';

const base = (seq: number) => ({
  id: `m${seq}`,
  seq,
  conversationId: 'c',
  author: { kind: 'user' as const, id: 'u', name: 'Alice' },
  createdAt: '2026-01-01T00:00:00.000Z',
});
const message = (seq: number, text: string): Entry => ({
  type: 'message',
  ...base(seq),
  role: 'user',
  parts: [{ type: 'text', text }],
});
const texts = (entries: Entry[]) =>
  toUiMessages(entries).map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : part.type)).join());

describe('toUiMessages', () => {
  it('keeps id, role and parts, and what the log knows beside them', () => {
    expect(toUiMessages([{ ...message(1, 'hello'), callId: 'call-1', clientId: 'mine' } as Entry])).toEqual([
      {
        id: 'm1',
        role: 'user',
        parts: [{ type: 'text', text: 'hello' }],
        metadata: { seq: 1, createdAt: base(1).createdAt, author: base(1).author, callId: 'call-1', clientId: 'mine' },
      },
    ]);
  });

  it('puts edits in and leaves deleted and superseded messages out', () => {
    const log: Entry[] = [
      message(1, 'one'),
      message(2, 'two'),
      message(3, 'three'),
      { type: 'edited', ...base(4), of: 'm1', parts: [{ type: 'text', text: 'ONE' }] },
      { type: 'deleted', ...base(5), of: 'm2' },
      { type: 'superseded', ...base(6), from: 3 },
      message(7, 'seven'),
    ];
    expect(texts(log)).toEqual(['ONE', 'seven']);
  });

  it('takes no offence at an entry about a message of another page', () => {
    expect(texts([{ type: 'deleted', ...base(1), of: 'elsewhere' }, message(2, 'two')])).toEqual(['two']);
  });
});
