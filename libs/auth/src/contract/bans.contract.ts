import type { Bans } from '../domain/bans';

/** What every `Bans` promises. `elsewhere` is the same, of another process. */
export function describeBans(name: string, make: () => Promise<{ here: Bans; elsewhere: Bans }>): void {
  describe(`${name} as bans`, () => {
    it('tell everybody who is banned, whichever process banned them, each once', async () => {
      const { here, elsewhere } = await make();
      expect(await here.all()).toEqual([]);
      await here.add({ principalId: 'mallory', at: 1 });
      await here.add({ principalId: 'mallory', at: 2 });
      await elsewhere.add({ principalId: 'guest:x#1', at: 3 });
      const all = await here.all();
      expect(all).toHaveLength(2);
      expect(all).toEqual(
        expect.arrayContaining([
          { principalId: 'mallory', at: 2 },
          { principalId: 'guest:x#1', at: 3 },
        ]),
      );
    });

    it('forget one that was lifted, and lifting nothing is harmless', async () => {
      const { here, elsewhere } = await make();
      await here.add({ principalId: 'mallory', at: 1 });
      await elsewhere.lift('mallory');
      await elsewhere.lift('nobody');
      expect(await here.all()).toEqual([]);
    });
  });
}
