import { Drafts } from './drafts';

const delta = (offset: number, text: string, id = 'a') => ({ conversationId: 'c', id, offset, text });
const after = (...deltas: ReturnType<typeof delta>[]) => {
  const drafts = new Drafts();
  deltas.forEach((one) => drafts.delta(one));
  return drafts;
};

describe('Drafts', () => {
  it('puts increments together, one draft an answer', () => {
    const { drafts } = after(delta(0, 'Hel'), delta(0, 'Yes', 'b'), delta(3, 'lo'));
    expect(drafts).toEqual([
      { id: 'a', text: 'Hello', isBroken: false },
      { id: 'b', text: 'Yes', isBroken: false },
    ]);
  });

  it('takes an increment that comes again, whole or in part, once', () => {
    expect(after(delta(0, 'Hel'), delta(0, 'Hel'), delta(1, 'ello')).drafts).toMatchObject([{ text: 'Hello' }]);
  });

  it('stands still after a gap, also before the first one it saw', () => {
    expect(after(delta(0, 'Hel'), delta(5, '!'), delta(3, 'lo')).drafts).toMatchObject([
      { text: 'Hel', isBroken: true },
    ]);
    expect(after(delta(5, '!')).drafts).toMatchObject([{ text: '', isBroken: true }]);
  });

  it('ends with its message, and stays so when an increment comes late', () => {
    const drafts = after(delta(0, 'Hel'));
    drafts.done('a');
    drafts.delta(delta(3, 'lo'));
    expect(drafts.drafts).toEqual([]);
  });
});
