import type { StreamLease, StreamLeases } from './stream-leases.port';

/** One deployment's leases: processes that share them, and a clock. */
export interface LeasesSubject {
  /** Another process, with quota 4 and a reserve of 1. */
  process(): StreamLeases;
  close?(): Promise<void>;
}

const acquired: StreamLease[] = [];
/** Has what is acquired of these leases given back after the test: one that is held is renewed, in a store that closes meanwhile. */
export const givenBack = (leases: StreamLeases): StreamLeases => ({
  async acquire(purpose) {
    const lease = await leases.acquire(purpose);
    if (lease) acquired.push(lease);
    return lease;
  },
});
export const giveBack = async (): Promise<void> =>
  void (await Promise.all(acquired.splice(0).map((lease) => lease.release())));

/** What every adapter of {@link StreamLeases} promises. */
export function describeStreamLeases(name: string, make: () => Promise<LeasesSubject>): void {
  describe(`leases of streams: ${name}`, () => {
    let subject: LeasesSubject;
    beforeEach(async () => void (subject = await make()));
    afterEach(async () => {
      await giveBack();
      await subject.close?.();
    });

    it('gives calls all but the reserve, and rotations that too', async () => {
      const leases = givenBack(subject.process());
      for (let n = 0; n < 3; n += 1) expect(await leases.acquire('call')).toBeDefined();
      expect(await leases.acquire('call')).toBeUndefined();
      expect(await leases.acquire('rotation')).toBeDefined();
      expect(await leases.acquire('rotation')).toBeUndefined();
    });

    it('gives a lease again that was given back, once, however often it is given back', async () => {
      const leases = givenBack(subject.process());
      const held = [await leases.acquire('call'), await leases.acquire('call'), await leases.acquire('call')];
      await held[0]!.release();
      await held[0]!.release();
      expect(await leases.acquire('call')).toBeDefined();
      expect(await leases.acquire('call')).toBeUndefined();
    });

    it('keeps the reserve for rotations while calls could use other slots', async () => {
      const leases = givenBack(subject.process());
      expect(await leases.acquire('rotation')).toBeDefined();
      for (let n = 0; n < 3; n += 1) expect(await leases.acquire('call')).toBeDefined();
      expect(await leases.acquire('call')).toBeUndefined();
    });

    it('never gives more than there are, also to many who ask at once', async () => {
      const leases = givenBack(subject.process());
      const asked = await Promise.all(Array.from({ length: 12 }, () => leases.acquire('call')));
      expect(asked.filter(Boolean)).toHaveLength(3);
    });
  });
}
