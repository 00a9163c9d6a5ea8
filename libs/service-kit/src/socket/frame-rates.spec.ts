import { FRAME_LIMITS } from './frame-allowance';
import { FrameRates } from './frame-rates';

it('a guest may send half of what a user may, and so may who is nobody', () => {
  const rates = new FrameRates(FRAME_LIMITS);
  expect(rates.of({ kind: 'user' }).limits).toEqual({ perSecond: 20, burst: 60 });
  expect(rates.of({ kind: 'guest' }).limits).toEqual({ perSecond: 10, burst: 30 });
  expect(rates.of(undefined)).toBe(rates.of({ kind: 'guest' }));
});

it('the beginning of a call has its events at once, whoever begins', () => {
  const rates = new FrameRates({ ...FRAME_LIMITS, firstBurst: 200, free: ['audioInput'] });
  expect(rates.of({ kind: 'guest' }).limits).toEqual({
    perSecond: 10,
    burst: 30,
    firstBurst: 200,
    free: ['audioInput'],
  });
});

it('a guest and a user who happen to have one id do not share what they may send', () => {
  const rates = new FrameRates(FRAME_LIMITS);
  const [user, guest] = (['user', 'guest'] as const).map((kind) => rates.of({ kind }).people.opened('x'));
  expect(user).not.toBe(guest);
});
