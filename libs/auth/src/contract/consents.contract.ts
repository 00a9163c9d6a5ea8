import type { Consenting, Consents } from '../domain/consents';

/** What every `Consents` promises. @param make two clients of one store */
export function describeConsents(
  name: string,
  make: (now: () => number) => Promise<{ here: Consents; elsewhere: Consents }>,
): void {
  describe(`${name} as consents`, () => {
    let nowMs: number;
    let here: Consents;
    let elsewhere: Consents;
    const user: Consenting = { kind: 'user', id: 'alice', expiresAt: Date.UTC(2026, 0, 1, 1) };

    beforeEach(async () => {
      nowMs = Date.UTC(2026, 0, 1);
      ({ here, elsewhere } = await make(() => nowMs));
    });

    it('knows the last word of a user, for good and everywhere, and none before the first', async () => {
      expect(await elsewhere.get(user)).toBeUndefined();
      await here.set(user, true);
      expect(await elsewhere.get(user)).toBe(true);
      await elsewhere.set(user, false);
      nowMs += 400 * 86_400_000;
      expect(await here.get(user)).toBe(false);
      expect(await here.get({ ...user, id: 'bob' })).toBeUndefined();
    });

    it('asks a guest again when the session is over in which he gave his word', async () => {
      const guest: Consenting = { kind: 'guest', id: 'g-1', expiresAt: nowMs + 60_000 };
      await here.set(guest, true);
      nowMs += 59_000;
      expect(await elsewhere.get(guest)).toBe(true);
      nowMs += 1_000;
      expect(await elsewhere.get({ ...guest, expiresAt: nowMs + 60_000 })).toBeUndefined();
    });

    it('forgets it', async () => {
      await here.set(user, true);
      await elsewhere.forget(user);
      await elsewhere.forget(user);
      expect(await here.get(user)).toBeUndefined();
    });
  });
}
