import { PersonAllowances } from './person-allowances';
import type { FrameAllowance } from './frame-allowance';

let now = 0;
const people = (limits = { perSecond: 20, burst: 60 }) => new PersonAllowances(limits, () => now);
const passing = (of: FrameAllowance, frames: number) =>
  Array.from({ length: frames }, () => {
    try {
      of.take();
      return 1;
    } catch {
      return 0;
    }
  }).reduce<number>((sum, one) => sum + one, 0);

it('is one for all connections of a person, as much as two of them have', () => {
  const all = people();
  const connections = Array.from({ length: 10 }, () => all.opened('ann'));
  expect(connections.map((one) => passing(one, 60)).reduce((a, b) => a + b)).toBe(120);
  now += 1_000;
  expect(connections.map((one) => passing(one, 60)).reduce((a, b) => a + b)).toBe(40);
});

it('is nothing to other people', () => {
  const all = people();
  passing(all.opened('ann'), 1_000);
  expect(passing(all.opened('bob'), 60)).toBe(60);
});

it('stays while one connection is open, so that coming again gains nothing, and is forgotten with the last', () => {
  const all = people();
  passing(all.opened('ann'), 1_000);
  const second = all.opened('ann');
  all.closed('ann');
  expect(all.opened('ann')).toBe(second);
  all.closed('ann');
  all.closed('ann');
  all.closed('nobody');
  expect(all.size).toBe(0);
});
