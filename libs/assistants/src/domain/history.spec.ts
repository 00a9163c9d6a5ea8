import type { Message } from '@parley/protocol';
import fc from 'fast-check';
import { shapeHistory } from './history';

const message = (role: Message['role'], text: string, parts = [{ type: 'text', text }]): Message => ({
  type: 'message',
  id: text,
  seq: 1,
  conversationId: 'c',
  author: { kind: 'user', id: 'u', name: 'U' },
  createdAt: '2026-01-01T00:00:00.000Z',
  role,
  parts,
});
const ALL = { characters: 10_000 };

describe('the history for a model', () => {
  it('joins what was spoken in several messages of one role', () => {
    const turns = shapeHistory(
      [
        message('user', 'Hi.'),
        message('user', 'Are you there?'),
        message('assistant', 'Yes.'),
        message('assistant', 'I am.'),
      ],
      ALL,
    );
    expect(turns).toEqual([
      { role: 'user', text: 'Hi.\nAre you there?' },
      { role: 'assistant', text: 'Yes.\nI am.' },
    ]);
  });

  it('begins with the user and leaves out what has no text', () => {
    const tool = [{ type: 'tool-x', toolCallId: 't', output: {} }] as unknown as { type: string; text: string }[];
    const turns = shapeHistory(
      [
        message('assistant', 'Welcome'),
        message('user', 'a'),
        message('assistant', ' '),
        message('assistant', '', tool),
        message('user', 'b'),
      ],
      ALL,
    );
    expect(turns).toEqual([{ role: 'user', text: 'a\nb' }]);
  });

  it('keeps the newest that fit', () => {
    const messages = [message('user', 'old'), message('assistant', 'answer'), message('user', 'new')];
    expect(shapeHistory(messages, { characters: 8 })).toEqual([{ role: 'user', text: 'new' }]);
    expect(shapeHistory(messages, { characters: 15 })).toHaveLength(3);
  });

  it('keeps the end of a newest message that is too long alone, and no half character', () => {
    expect(shapeHistory([message('user', 'ab🎧cd')], { characters: 3 })).toEqual([{ role: 'user', text: 'cd' }]);
  });

  it('is what Converse accepts, whatever the log holds', () => {
    const log = fc.array(
      fc
        .tuple(fc.constantFrom('user' as const, 'assistant' as const), fc.string({ maxLength: 20 }))
        .map(([role, text]) => message(role, text)),
    );
    fc.assert(
      fc.property(log, fc.nat(200), (messages, characters) => {
        const turns = shapeHistory(messages, { characters });
        turns.forEach(({ role, text }, at) => {
          expect(role).toBe(at % 2 === 0 ? 'user' : 'assistant');
          expect(text.trim()).not.toBe('');
        });
        expect(turns.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(characters);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
