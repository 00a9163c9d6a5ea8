import type { SignOutLog } from '../domain/sign-outs';

/** What every `SignOutLog` promises. */
export function describeSignOutLog(name: string, make: (now: () => number) => Promise<SignOutLog>): void {
  describe(`${name} as a sign-out log`, () => {
    let nowMs: number;
    let log: SignOutLog;
    beforeEach(async () => {
      nowMs = Date.UTC(2026, 0, 1);
      log = await make(() => nowMs);
    });

    it('gives back what was written since a time, with every fact', async () => {
      await log.add({ kind: 'session', id: 's-1', at: nowMs });
      await log.add({ kind: 'principal', id: 'alice', at: nowMs + 1 });
      const found = await log.since(nowMs);
      expect(found).toHaveLength(2);
      expect(found).toEqual(
        expect.arrayContaining([
          { kind: 'session', id: 's-1', at: nowMs },
          { kind: 'principal', id: 'alice', at: nowMs + 1 },
        ]),
      );
      expect(await log.since(nowMs + 1)).toEqual([{ kind: 'principal', id: 'alice', at: nowMs + 1 }]);
      expect(await log.since(nowMs + 2)).toEqual([]);
    });

    it('keeps apart what happens in the same millisecond', async () => {
      const ids = Array.from({ length: 20 }, (_, n) => `s-${n}`);
      await Promise.all(ids.map((id) => log.add({ kind: 'session', id, at: nowMs })));
      expect((await log.since(nowMs)).map(({ id }) => id).sort()).toEqual([...ids].sort());
    });

    it('takes the same sign-out twice', async () => {
      for (const _ of [1, 2]) await log.add({ kind: 'session', id: 's-1', at: nowMs });
      expect(new Set((await log.since(0)).map(({ id }) => id))).toEqual(new Set(['s-1']));
    });

    it('leaves out what no longer matters: a session after 25 hours, a principal after 30 days', async () => {
      await log.add({ kind: 'session', id: 's-1', at: nowMs });
      await log.add({ kind: 'principal', id: 'alice', at: nowMs });
      nowMs += 25 * 3_600_000 + 1;
      expect((await log.since(0)).map(({ id }) => id)).toEqual(['alice']);
      nowMs += 30 * 86_400_000;
      expect(await log.since(0)).toEqual([]);
    });
  });
}
