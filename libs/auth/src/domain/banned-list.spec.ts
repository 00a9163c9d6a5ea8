import { MemoryBans } from '../memory/bans';
import { BannedList } from './banned-list';

const mallory = { id: 'mallory' };

it('knows at its next poll who was banned elsewhere, tells its listeners once, and forgets a ban that was lifted', async () => {
  const bans = new MemoryBans();
  const [here, there] = [new BannedList({ bans }), new BannedList({ bans })];
  await there.poll();
  let told = 0;
  there.onChange(() => (told += 1));
  await here.ban('mallory');
  expect([here.has(mallory), there.has(mallory)]).toEqual([true, false]);
  for (const _ of [1, 2]) await there.poll();
  expect([there.has(mallory), told]).toEqual([true, 1]);
  await here.lift('mallory');
  await there.poll();
  expect([here.has(mallory), there.has(mallory), told]).toEqual([false, false, 1]);
});

it('goes on with what it knows while the bans cannot be read', async () => {
  const bans = new MemoryBans();
  const errors: unknown[] = [];
  let down = true;
  const reading = Object.assign(Object.create(bans) as MemoryBans, {
    all: () => (down ? Promise.reject(new Error('down')) : bans.all()),
  });
  const list = new BannedList({ bans: reading, onError: (error) => errors.push(error) });
  await list.poll();
  expect([list.known, errors.length]).toEqual([false, 1]);
  down = false;
  await list.ban('mallory');
  down = true;
  await list.poll();
  expect([list.known, list.has(mallory), errors.length]).toEqual([true, true, 2]);
});

it('looks at a hint, for what another process wrote before it gave the hint', async () => {
  const bans = new MemoryBans();
  const looks = new Set<() => void>();
  const hint = {
    give: () => looks.forEach((look) => look()),
    take: (look: () => void) => {
      looks.add(look);
      return () => looks.delete(look);
    },
  };
  const make = () => new BannedList({ bans, hint, pollMs: 3_600_000 });
  const [here, there] = [make(), make()];
  await Promise.all([here.start(), there.start()]);
  const told = new Promise<void>((resolve) => there.onChange(resolve));
  await here.ban('mallory');
  await told;
  expect(there.has(mallory)).toBe(true);
  await Promise.all([here.stop(), there.stop()]);
  expect(looks.size).toBe(0);
});
