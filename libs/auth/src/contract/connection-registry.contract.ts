import { LEASE_MS, type ConnectionRegistry, type LiveConnection } from '../domain/connection-registry';

/** What every `ConnectionRegistry` promises. @param make so many processes over the same facts */
export function describeConnectionRegistry(
  name: string,
  make: (now: () => number, processes: number) => Promise<ConnectionRegistry[]>,
): void {
  describe(`${name} as a connection registry`, () => {
    let nowMs: number;
    let here: ConnectionRegistry;
    let there: ConnectionRegistry;
    beforeEach(async () => {
      nowMs = Date.UTC(2026, 0, 1);
      [here, there] = (await make(() => nowMs, 2)) as [ConnectionRegistry, ConnectionRegistry];
      await Promise.all([here.renew([]), there.renew([])]);
    });
    const connection = (id: string, principalId = 'alice'): LiveConnection => ({
      id,
      principalId,
      kind: 'user',
      path: '/ws/chat',
      since: nowMs,
    });
    const idsOf = async (registry: ConnectionRegistry, principalId = 'alice') =>
      (await registry.of(principalId)).map(({ id }) => id).sort();

    it('knows a principal’s connections on every process, and nobody else’s', async () => {
      await here.put(connection('c-1'));
      await there.put(connection('c-2'));
      await there.put(connection('c-3', 'bob'));
      for (const registry of [here, there]) {
        expect(await idsOf(registry)).toEqual(['c-1', 'c-2']);
        expect(await registry.of('bob')).toEqual([connection('c-3', 'bob')]);
        expect(await registry.of('nobody')).toEqual([]);
      }
    });

    it('forgets one that has closed, however often that is said', async () => {
      await here.put(connection('c-1'));
      for (const _ of [1, 2]) await here.remove(connection('c-1'));
      await here.remove(connection('never there'));
      expect(await idsOf(there)).toEqual([]);
    });

    it('forgets all of a principal until a time, of every process, and nobody else’s', async () => {
      await here.put(connection('c-1'));
      await there.put(connection('c-2'));
      await there.put(connection('c-3', 'bob'));
      const until = nowMs;
      nowMs += 1;
      await there.put(connection('c-4'));
      await here.forget('alice', until);
      expect(await idsOf(there)).toEqual(['c-4']);
      expect(await idsOf(there, 'bob')).toEqual(['c-3']);
    });

    it('keeps those of a process that says it lives, and within a minute none of one that died', async () => {
      await here.put(connection('c-1'));
      await there.put(connection('c-2'));
      nowMs += LEASE_MS - 1;
      await here.renew([]);
      expect(await idsOf(here)).toEqual(['c-1', 'c-2']);
      nowMs += 1;
      expect(await idsOf(here)).toEqual(['c-1']);
      expect(LEASE_MS).toBeLessThan(60_000);
    });

    it('tells on every process which processes live: none that left, and none that died', async () => {
      const ids = async (registry: ConnectionRegistry) => (await registry.processes()).map(({ id }) => id).sort();
      const both = await ids(here);
      expect([both.length, await ids(there)]).toEqual([2, both]);
      nowMs += LEASE_MS;
      await here.renew([]);
      const [mine, ...others] = await ids(there);
      expect([both.includes(mine!), others]).toEqual([true, []]);
      await there.renew([]);
      await here.leave();
      const [theirs, ...more] = await ids(here);
      expect([both.includes(theirs!), theirs !== mine, more]).toEqual([true, true, []]);
    });

    it('tells on every process what each had open when it last said that it lives, and when that was', async () => {
      const open = [
        { path: '/ws/chat', kind: 'user' as const, connections: 3 },
        { path: '/ws/chat', kind: 'guest' as const, connections: 1 },
      ];
      nowMs += 1_000;
      await here.renew(open);
      const [said, silent] = (await there.processes()).sort((one, other) => other.toldAt - one.toldAt);
      expect(said).toEqual({ id: expect.any(String), toldAt: nowMs, open });
      expect(silent).toEqual({ id: expect.any(String), toldAt: nowMs - 1_000, open: [] });
      await here.renew([]);
      expect((await there.processes()).map((process) => process.open)).toEqual([[], []]);
    });

    it('loses those of a process that leaves at once', async () => {
      await here.put(connection('c-1'));
      await there.put(connection('c-2'));
      await here.leave();
      expect(await idsOf(there)).toEqual(['c-2']);
    });

    it('lists a crowd of them', async () => {
      const ids = Array.from({ length: 120 }, (_, index) => `c-${String(index).padStart(3, '0')}`);
      await Promise.all(ids.map((id) => here.put(connection(id))));
      expect(await idsOf(there)).toEqual(ids);
    });
  });
}
