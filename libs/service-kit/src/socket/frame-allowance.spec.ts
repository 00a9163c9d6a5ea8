import { FrameAllowance, type FrameLimits } from './frame-allowance';

let now = 0;
const allowance = (limits: FrameLimits = { perSecond: 20, burst: 60 }) => new FrameAllowance(limits, () => now);
/** How many of so many frames pass at once. */
const passing = (of: FrameAllowance, frames: number) => {
  let passed = 0;
  for (let n = 0; n < frames; n += 1) {
    try {
      of.take();
      passed += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'too_fast', retryAfterMs: 50 });
    }
  }
  return passed;
};

it('lets sixty frames through at once, then twenty a second', () => {
  const one = allowance();
  expect(passing(one, 100)).toBe(60);
  now += 1_000;
  expect(passing(one, 100)).toBe(20);
  now += 3_600_000;
  expect(passing(one, 100)).toBe(60);
});

it('counts as abuse what goes on above the limit for ten seconds, not what pauses', () => {
  const [steady, pausing] = [allowance(), allowance()];
  passing(steady, 60);
  passing(pausing, 60);
  for (let second = 0; second < 10; second += 1) {
    expect(steady.isAbused).toBe(false);
    expect(passing(steady, 30)).toBeLessThan(30);
    if (second % 5 === 0) passing(pausing, 130);
    now += 1_000;
  }
  passing(steady, 30);
  expect([steady.isAbused, pausing.isAbused]).toEqual([true, false]);
});

it('gives more before the first free frame, which never counts', () => {
  const one = allowance({ perSecond: 20, burst: 60, firstBurst: 200, free: ['audioInput'] });
  expect(passing(one, 150)).toBe(150);
  expect([one.isFree('audioInput'), one.isFree('textInput')]).toEqual([true, false]);
  now += 3_600_000;
  expect(passing(one, 100)).toBe(60);
});
