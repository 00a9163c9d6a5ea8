import { MemorySignOutLog } from '../memory/sign-outs';
import type { Principal } from './principal';
import { SignedOutList } from './signed-out-list';
import type { SignOut } from './sign-outs';

let nowMs: number;
beforeEach(() => void (nowMs = Date.UTC(2026, 0, 1)));
const now = () => nowMs;
const person = (more: Partial<Principal> = {}): Principal => ({
  kind: 'user',
  id: 'alice',
  sessionId: 's-1',
  signedInAt: nowMs - 1_000,
  groups: [],
  clientId: 'c',
  expiresAt: nowMs + 60_000,
  ...more,
});

it('knows at its next poll what another process wrote, even when that one’s clock is a minute behind', async () => {
  const log = new MemorySignOutLog(now);
  const here = new SignedOutList({ log, now });
  await here.poll();
  const behind = new SignedOutList({ log, now: () => nowMs - 59_000 });
  await behind.signOut(person());
  nowMs += 5_000;
  expect(here.has(person())).toBe(false);
  await here.poll();
  expect(here.has(person())).toBe(true);
  expect(here.has(person({ sessionId: 's-2' }))).toBe(false);
});

it('knows after a start what was written in the last 30 days', async () => {
  const log = new MemorySignOutLog(now);
  await new SignedOutList({ log, now }).signOut(person(), true);
  nowMs += 29 * 86_400_000;
  const late = new SignedOutList({ log, now });
  expect(late.known).toBe(false);
  await late.poll();
  expect([late.known, late.has(person({ sessionId: 'x', signedInAt: 0 }))]).toEqual([true, true]);
});

it('goes on with what it knows while the log cannot be read, and reads all of it afterwards', async () => {
  const log = new MemorySignOutLog(now);
  const errors: unknown[] = [];
  let down = false;
  const reading = {
    add: (signOut: SignOut) => log.add(signOut),
    since: (at: number) => (down ? Promise.reject(new Error('down')) : log.since(at)),
  };
  const here = new SignedOutList({ log: reading, now, onError: (error) => errors.push(error) });
  await here.signOut(person());
  await here.poll();
  down = true;
  await new SignedOutList({ log, now }).signOut(person({ sessionId: 's-2' }));
  nowMs += 600_000;
  await here.poll();
  expect([errors.length, here.has(person()), here.has(person({ sessionId: 's-2' }))]).toEqual([1, true, false]);
  down = false;
  await here.poll();
  expect(here.has(person({ sessionId: 's-2' }))).toBe(true);
});

it('has ended the session here even when the log cannot be written', async () => {
  const log = { add: () => Promise.reject(new Error('down')), since: async () => [] };
  const list = new SignedOutList({ log, now });
  await expect(list.signOut(person())).rejects.toThrow('down');
  expect(list.has(person())).toBe(true);
});

it('ends all of a principal whose credential does not tell its session: there is nothing smaller', async () => {
  const list = new SignedOutList({ log: new MemorySignOutLog(now), now });
  const { sessionId: _, ...nameless } = person();
  await list.signOut(nameless);
  expect(list.has(person({ sessionId: 'any' }))).toBe(true);
  expect(list.has(person({ sessionId: 'any', signedInAt: nowMs + 1 }))).toBe(false);
});

it('forgets what no token can come back to', async () => {
  const list = new SignedOutList({ log: new MemorySignOutLog(now), now });
  await list.signOut(person());
  nowMs += 26 * 3_600_000;
  await list.poll();
  expect(list.has(person({ sessionId: 's-1' }))).toBe(false);
});

it('looks at a hint, for what another process wrote before it gave the hint', async () => {
  const log = new MemorySignOutLog(now);
  const looks = new Set<() => void>();
  const hint = {
    give: () => looks.forEach((look) => look()),
    take: (look: () => void) => {
      looks.add(look);
      return () => looks.delete(look);
    },
  };
  const [here, there] = [1, 2].map(() => new SignedOutList({ log, now, hint, pollMs: 3_600_000 })) as [
    SignedOutList,
    SignedOutList,
  ];
  await Promise.all([here.start(), there.start()]);
  const told = new Promise<void>((resolve) => there.onChange(resolve));
  await here.signOut(person());
  await told;
  expect(there.has(person())).toBe(true);
  there.stop();
  here.stop();
  expect(looks.size).toBe(0);
});

it('reads once more for all that ask during a read, and what they ask about is in it', async () => {
  const log = new MemorySignOutLog(now);
  let reads = 0;
  let release = (): void => undefined;
  const reading = {
    add: (signOut: SignOut) => log.add(signOut),
    since: async (at: number) => {
      const found = await log.since(at);
      reads += 1;
      await new Promise<void>((resolve) => (release = resolve));
      return found;
    },
  };
  const list = new SignedOutList({ log: reading, now });
  const first = list.poll();
  await new Promise(setImmediate);
  await new SignedOutList({ log, now }).signOut(person());
  const later = Promise.all(Array.from({ length: 100 }, () => list.poll()));
  release();
  await new Promise(setImmediate);
  release();
  await Promise.all([first, later]);
  expect([reads, list.has(person())]).toEqual([2, true]);
});

it('tells its listeners once for each change', async () => {
  const list = new SignedOutList({ log: new MemorySignOutLog(now), now });
  let told = 0;
  const stop = list.onChange(() => (told += 1));
  await list.signOut(person());
  await list.poll();
  expect(told).toBe(1);
  stop();
  await list.signOut(person({ sessionId: 's-2' }));
  expect(told).toBe(1);
});
