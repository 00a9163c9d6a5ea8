import type { Entry, Message } from '@parley/protocol';
import fc from 'fast-check';
import { alice } from '../testing/drafts';
import { foldEntries, foldMessages, isMessage, isOverlay } from './fold';

type Step = { type: Entry['type']; pick: number };
const steps = fc.array(
  fc.record({
    type: fc.constantFrom('message', 'message', 'message', 'edited', 'deleted', 'superseded' as const),
    pick: fc.nat(12),
  }),
  { maxLength: 25 },
) as fc.Arbitrary<Step[]>;

/** A log of these steps; overlays may name messages that come later, or that never come. */
const logOf = (all: readonly Step[]): Entry[] =>
  all.map(({ type, pick }, index): Entry => {
    const seq = index + 1;
    const base = { id: `e${seq}`, seq, conversationId: 'c', author: alice, createdAt: '2026-01-01T00:00:00.000Z' };
    const parts = [{ type: 'text', text: `${type} ${seq}` }];
    if (type === 'message') return { type, ...base, role: 'user', parts };
    if (type === 'edited') return { type, ...base, of: `e${pick}`, parts };
    if (type === 'deleted') return { type, ...base, of: `e${pick}` };
    return { type, ...base, from: pick + 1 };
  });

/** The same, one entry after the other, as a client does that was there all the time. */
function applyInTurn(entries: readonly Entry[]): Message[] {
  let view: Message[] = [];
  for (const entry of entries) {
    if (entry.type === 'message') view.push(entry);
    else if (entry.type === 'deleted') view = view.filter(({ id }) => id !== entry.of);
    else if (entry.type === 'superseded') view = view.filter(({ seq }) => seq < entry.from);
    else view = view.map((message) => (message.id === entry.of ? { ...message, parts: entry.parts } : message));
  }
  return view;
}

describe('foldEntries', () => {
  it('gives what applying the entries one after the other gives', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const entries = logOf(all);
        expect(foldEntries(entries)).toEqual(applyInTurn(entries));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('does not depend on the order in which entries arrive, and changes none of them', () => {
    fc.assert(
      fc.property(steps, fc.integer(), (all, seed) => {
        const entries = logOf(all);
        const before = structuredClone(entries);
        const shuffled = [...entries].sort((a, b) => Math.sin(a.seq * seed) - Math.sin(b.seq * seed));
        expect(foldEntries(shuffled)).toEqual(foldEntries(entries));
        expect(entries).toEqual(before);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('gives for a piece of the messages and all overlays the same piece of the view', () => {
    fc.assert(
      fc.property(steps, fc.nat(25), fc.nat(25), (all, from, to) => {
        const entries = logOf(all);
        const piece = entries.filter(isMessage).filter(({ seq }) => seq > from && seq <= to);
        const whole = foldEntries(entries).filter(({ seq }) => seq > from && seq <= to);
        expect(foldMessages(piece, entries.filter(isOverlay))).toEqual(whole);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('folds a view into itself', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const view = foldEntries(logOf(all));
        expect(foldEntries(view)).toEqual(view);
      }),
      { seed: 4 },
    );
  });
});
