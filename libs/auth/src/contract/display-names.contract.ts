import type { DisplayNames, Named } from '../domain/display-names';

const DAY_MS = 86_400_000;

/** What every `DisplayNames` promises. @param make two clients of one store; those of other replicas know nothing yet */
export function describeDisplayNames(
  name: string,
  make: (now: () => number) => Promise<{ here: DisplayNames; elsewhere: () => DisplayNames }>,
): void {
  describe(`${name} as display names`, () => {
    let nowMs: number;
    let here: DisplayNames;
    let elsewhere: () => DisplayNames;
    const user = (): Named => ({ kind: 'user', id: 'alice', expiresAt: nowMs + 60_000 });
    const guest = (endsAt: number): Named => ({ kind: 'guest', id: 'g-1', expiresAt: endsAt });

    beforeEach(async () => {
      nowMs = Date.UTC(2026, 0, 1);
      ({ here, elsewhere } = await make(() => nowMs));
    });

    it('keeps the name a person chose, whatever a later ID token says', async () => {
      expect(await here.get(user())).toBeUndefined();
      await here.remember(user(), 'From the token');
      await here.set(user(), 'My own');
      await here.remember(user(), 'From the token');
      expect(await here.get(user())).toBe('My own');
      expect(await elsewhere().get(user())).toBe('My own');
    });

    it('knows on every replica at once the first name of a user, also where there was none a moment ago', async () => {
      const there = elsewhere();
      expect(await there.get(user())).toBeUndefined();
      // Somebody else looked for it too, as an admin's list does.
      expect(await there.get({ ...user(), kind: 'guest', expiresAt: 0 })).toBeUndefined();
      await here.remember(user(), 'From the token');
      expect(await there.get(user())).toBe('From the token');
    });

    it('forgets a name, and takes another one after it', async () => {
      await here.set(user(), 'My own');
      await elsewhere().forget(user());
      await here.forget(user());
      expect(await here.get(user())).toBeUndefined();
      expect(await elsewhere().get(user())).toBeUndefined();
      await here.remember(user(), 'From the token');
      expect(await elsewhere().get(user())).toBe('From the token');
    });

    it('keeps the name of a user beyond the end of his token', async () => {
      await here.set(user(), 'Alice');
      nowMs += 400 * DAY_MS;
      expect(await elsewhere().get(user())).toBe('Alice');
    });

    it('forgets the name of a guest when his session ends', async () => {
      const visitor = guest(nowMs + 30 * DAY_MS);
      await here.set(visitor, 'Visitor');
      nowMs = visitor.expiresAt - 1_000;
      expect(await elsewhere().get(visitor)).toBe('Visitor');
      nowMs = visitor.expiresAt;
      expect(await elsewhere().get(visitor)).toBeUndefined();
    });

    it('keeps the name of a guest whose session is renewed', async () => {
      const first = guest(nowMs + 30 * DAY_MS);
      await here.set(first, 'Visitor');
      nowMs += DAY_MS;
      const renewed = guest(nowMs + 30 * DAY_MS);
      expect(await elsewhere().get(renewed)).toBe('Visitor');
      nowMs = first.expiresAt + 1_000;
      expect(await elsewhere().get(renewed)).toBe('Visitor');
      nowMs = renewed.expiresAt;
      expect(await elsewhere().get(renewed)).toBeUndefined();
    });
  });
}
