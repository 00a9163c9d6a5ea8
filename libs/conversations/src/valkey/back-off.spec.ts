import { backOffMs } from './back-off';

it('doubles up to five seconds, and jitters by half', () => {
  const most = [1, 2, 3, 6, 7, 1_000_000].map((attempt) => backOffMs(attempt, () => 1));
  expect(most).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
  expect([backOffMs(1, () => 0), backOffMs(99, () => 0)]).toEqual([50, 2_500]);
});
