import { NoAnswer, readLoss, Resumption, RESUME_LIMITS } from './resumption';
import { RotationPlan, rotationTimes } from './rotation';

const named = (name: string, message = '') => Object.assign(new Error(message), { name });

it.each([
  ['no error at all', undefined, 'again', 'dropped', 'model_unavailable'],
  ['a broken connection', named('Error', 'ECONNRESET'), 'again', 'dropped', 'model_unavailable'],
  ['ModelTimeoutException', named('ModelTimeoutException'), 'again', 'timed_out', 'model_timeout'],
  ['a start that was waited for too long', named('StartTimeout'), 'again', 'timed_out', 'model_timeout'],
  ['ModelStreamErrorException', named('ModelStreamErrorException'), 'again', 'model_fault', 'model_unavailable'],
  ['ModelErrorException', named('ModelErrorException'), 'again', 'model_fault', 'model_unavailable'],
  ['ServiceUnavailableException', named('ServiceUnavailableException'), 'again', 'model_fault', 'model_unavailable'],
  ['InternalServerException', named('InternalServerException'), 'again', 'model_fault', 'model_unavailable'],
  ['ThrottlingException', named('ThrottlingException'), 'later', 'throttled', 'at_capacity'],
  ['ServiceQuotaExceededException', named('ServiceQuotaExceededException'), 'later', 'throttled', 'at_capacity'],
  ['ModelNotReadyException', named('ModelNotReadyException'), 'later', 'throttled', 'at_capacity'],
  ['credentials that expired', named('ExpiredTokenException'), 'again', 'credentials', 'model_unavailable'],
  ['AccessDeniedException', named('AccessDeniedException'), 'none', 'refused', 'model_unavailable'],
  ['ResourceNotFoundException', named('ResourceNotFoundException'), 'none', 'refused', 'model_unavailable'],
  [
    'the idle limit',
    named('ValidationException', 'Timed out waiting for audio bytes'),
    'again',
    'idle',
    'model_unavailable',
  ],
  [
    'too long a history',
    named('ValidationException', 'Chat history is over max limit.'),
    'less',
    'history_too_long',
    'model_unavailable',
  ],
  [
    'instability',
    named('ValidationException', 'System instability detected'),
    'again',
    'model_fault',
    'model_unavailable',
  ],
  [
    'code 531',
    named('ValidationException', 'InternalErrorCode=531::RST_STREAM closed stream.'),
    'again',
    'model_fault',
    'model_unavailable',
  ],
  [
    'the answer of a tool that it could not read',
    named('ValidationException', 'RequestId=1 : Tool Response parsing error'),
    'again',
    'model_fault',
    'model_unavailable',
  ],
  [
    'the content filter',
    named('ValidationException', 'blocked by our content filters.'),
    'none',
    'refused',
    'model_unavailable',
  ],
  ['any other fault of ours', named('ValidationException', 'bad'), 'none', 'refused', 'model_unavailable'],
  ['no sign of life', new NoAnswer(), 'again', 'no_answer', 'model_timeout'],
])('reads %s', (_, error, remedy, cause, code) => {
  const loss = readLoss(error);
  expect([loss.remedy, loss.cause, loss.error.code]).toEqual([remedy, cause, code]);
});

it('tries at once, then later and later, by chance, and not for ever', () => {
  const resumption = new Resumption(RESUME_LIMITS, () => 1);
  const waits = Array.from({ length: 6 }, () => resumption.next(readLoss(undefined), 0)?.waitMs);
  expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, undefined]);
  const half = new Resumption(RESUME_LIMITS, () => 0);
  expect([half.next(readLoss(named('ThrottlingException')), 0)?.waitMs]).toEqual([500]);
});

it('begins a new row of attempts after a stream that lived', () => {
  const resumption = new Resumption(RESUME_LIMITS, () => 1);
  for (let n = 0; n < 5; n += 1) resumption.next(readLoss(undefined), 0);
  expect(resumption.next(readLoss(undefined), 30_000)).toEqual({ attempt: 1, waitMs: 0 });
});

describe('a rotation', () => {
  const times = rotationTimes(480_000, 260_000);
  const moment = { silentMs: 0, quiet: false, callerSpeaks: false };

  it('is spread by chance and stays within the life of a stream', () => {
    const early = new RotationPlan(times, () => 0);
    const late = new RotationPlan(times, () => 1);
    expect(early.isDue({ ageMs: 360_000, silentMs: 0 })).toBe(true);
    expect(late.isDue({ ageMs: 399_000, silentMs: 0 })).toBe(false);
    expect(late.isDue({ ageMs: 400_000, silentMs: 0 })).toBe(true);
    expect(late.isDue({ ageMs: 0, silentMs: 241_000 })).toBe(true);
    expect(times.lastMs).toBeLessThan(480_000);
  });

  it('takes a quiet moment first, then a pause, then any', () => {
    const plan = new RotationPlan(times, () => 0);
    expect(plan.shouldRotate({ ...moment, ageMs: 350_000, quiet: true })).toBe(false);
    expect(plan.shouldRotate({ ...moment, ageMs: 361_000, quiet: true })).toBe(true);
    expect(plan.shouldRotate({ ...moment, ageMs: 431_000 })).toBe(false);
    expect(plan.shouldRotate({ ...moment, ageMs: 433_000 })).toBe(true);
    expect(plan.shouldRotate({ ...moment, ageMs: 433_000, callerSpeaks: true })).toBe(false);
    expect(plan.shouldRotate({ ...moment, ageMs: 457_000, callerSpeaks: true })).toBe(true);
  });
});
