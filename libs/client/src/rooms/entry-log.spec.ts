import type { Entry } from '@parley/protocol';
import fc from 'fast-check';
import { EntryLog } from './entry-log';

const entry = (seq: number): Entry => ({
  type: 'deleted',
  id: `e-${seq}`,
  seq,
  conversationId: 'c',
  of: 'x',
  author: { kind: 'user', id: 'u', name: 'U' },
  createdAt: '2026-01-01T00:00:00.000Z',
});
const seqs = (log: EntryLog) => log.entries.map(({ seq }) => seq);
const from = (first: number, last: number) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => entry(first + n));

describe('EntryLog', () => {
  it('holds back what came too early until the hole is filled', () => {
    const log = new EntryLog();
    log.addPage(from(1, 2));
    expect(log.add(entry(4))).toBe(false);
    expect(seqs(log)).toEqual([1, 2]);
    expect(log.add(entry(3))).toBe(true);
    expect(seqs(log)).toEqual([1, 2, 3, 4]);
  });

  it('takes what came live before the first page into its place', () => {
    const log = new EntryLog();
    log.add(entry(5));
    log.add(entry(6));
    log.addPage(from(4, 5));
    expect(seqs(log)).toEqual([4, 5, 6]);
  });

  it('believes a page that begins later than it was asked for: what lay between is gone', () => {
    const log = new EntryLog();
    log.addPage(from(1, 2));
    log.add(entry(9));
    log.addPage(from(7, 9));
    expect(seqs(log)).toEqual([1, 2, 7, 8, 9]);
    expect(log.hasGap).toBe(false);
  });

  it('knows how far an empty log reaches', () => {
    const log = new EntryLog();
    log.addPage([], 12);
    expect(log.knownUpTo).toBe(12);
    expect(log.add(entry(13))).toBe(true);
  });

  it('puts earlier pages in front, each entry once', () => {
    const log = new EntryLog();
    log.addPage(from(10, 12));
    log.addEarlier(from(7, 10));
    expect(seqs(log)).toEqual([7, 8, 9, 10, 11, 12]);
  });

  it('ends with every entry once and in order, however they arrive, repeat and are read again', () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 30 }), (live, firstPage) => {
        const log = new EntryLog();
        live.slice(0, 10).forEach((seq) => log.add(entry(seq)));
        log.addPage(from(1, firstPage), firstPage);
        live.forEach((seq) => log.add(entry(seq)));
        const before = seqs(log);
        expect(before).toEqual(from(1, before.length).map(({ seq }) => seq));
        log.addPage(from(log.knownUpTo! + 1, 30), 30);
        expect(seqs(log)).toEqual(from(1, 30).map(({ seq }) => seq));
        expect(log.hasGap).toBe(false);
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});
