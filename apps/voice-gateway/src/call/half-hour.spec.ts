import { bytesOf, dtmfTones, SpeechInProcess } from '@parley/aws-sim';
import { RESUME_LIMITS, Resumption } from './resumption';
import { FRAME_MS, Person } from './testing/conversation';
import { setUp } from './testing/set-up';

/** The longest stillness that a person takes for thinking and not for a fault. */
const AUDIBLE_MS = 1_000;
/** Half an hour of speech, on a clock that is moved by hand: streams live eight minutes of it, and nothing is shortened. */
const MINUTE = 60_000;
const clock = {
  now: () => Date.now(),
  after(ms: number, callback: () => void) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
/** From timer to timer, with all that each sets off before the next: `advanceTimersByTimeAsync` waits a true millisecond at each. */
async function advance(ms: number) {
  let isThere = false;
  setTimeout(() => (isThere = true), ms);
  while (!isThere) {
    jest.advanceTimersToNextTimer();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
jest.setTimeout(300_000);
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

it.each([
  ['beside the one that ends', 10],
  ['after the one that ends, as the account has none to spare', 0],
])('half an hour is heard without an audible gap, its streams replaced %s', async (_, quota) => {
  const model = new SpeechInProcess(clock, { silenceMs: 296_000 });
  const person = new Person(clock.now);
  let onRotated = () => undefined as void;
  const { call, seen } = setUp({
    ...{ model, quota, reserve: 0, now: clock.now, closingMs: 3_000 },
    resumption: new Resumption(RESUME_LIMITS),
    onRotated: () => onRotated(),
  });
  call.attach(person);
  const began = clock.now();

  /** Lets time pass until this holds, or for so long. The call does not look at itself in between: words may begin at once. */
  const passUntil = async (holds: () => boolean, limitMs: number) => {
    for (const limit = clock.now() + limitMs; clock.now() < limit;) {
      await advance(FRAME_MS);
      if (holds()) return true;
      person.speakInto(call);
      call.tick();
    }
    return false;
  };
  let number = 100;
  const asked: string[] = [];
  const begin = (seconds: number) => {
    number += 1;
    asked.push(String(number));
    // 180 ms a tone and its pause.
    const words = dtmfTones(String(number).padEnd(Math.max(3, Math.round(seconds / 0.18)), '#'));
    person.say(Buffer.from(bytesOf(words)));
  };
  const isAnswered = (before: number) => () =>
    person.shown
      .slice(before)
      .some(({ role, content }) => role === 'ASSISTANT' && /Here it is again|You typed/.test(content)) &&
    person.isStill;
  const turn = async (seconds: number) => {
    const before = person.shown.length;
    begin(seconds);
    expect(await passUntil(isAnswered(before), 2 * MINUTE)).toBe(true);
  };
  const until = (minute: number) => clock.now() < began + minute * MINUTE;

  // Short turns with pauses between them; and words that begin in the very moment in which a stream is replaced.
  let before = 0;
  let lastAt = began;
  onRotated = () => {
    lastAt = clock.now();
    before = person.shown.length;
    begin(2);
  };
  while (until(9)) {
    await turn(2);
    const rotations = seen.length;
    if (await passUntil(() => seen.length > rotations, 8_000))
      expect(await passUntil(isAnswered(before), MINUTE)).toBe(true);
  }
  expect(seen).toEqual(['rotated quiet']);
  // One speaks on and on while the stream must be replaced: there is no pause to do it in.
  onRotated = () => void (lastAt = clock.now());
  while (clock.now() < lastAt + 6.6 * MINUTE) await turn(12);
  await turn(50);
  expect(seen).toEqual(['rotated quiet', 'rotated forced']);
  // Nobody leaves a pause: it is replaced in the middle of an answer.
  while (clock.now() < lastAt + 6.6 * MINUTE) await turn(12);
  while (seen.length < 3) await turn(30);
  expect(seen[2]).toBe('rotated forced');
  // Nobody speaks.
  await passUntil(() => !until(30), 10 * MINUTE);
  expect(seen.slice(3)).toContain('rotated quiet');
  await turn(2);
  void call.end('hangup');
  await advance(5_000);
  expect(await call.ended).toMatchObject({ reason: 'hangup' });

  const { shown, gaps, waits, heard } = person;
  const spoken = shown.filter(({ role }) => role === 'USER').map(({ content }) => numberIn(content));
  expect(spoken).toEqual(asked);
  const answered = shown.filter(({ role }) => role === 'ASSISTANT').map(({ content }) => numberIn(content));
  expect(answered.filter((one) => one !== undefined)).toEqual(asked);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(AUDIBLE_MS);
  expect(Math.max(...waits) - Math.min(...waits)).toBeLessThanOrEqual(AUDIBLE_MS);
  expect(waits).toHaveLength(asked.length);
  // Every sample of every sentence, but of the one that the next stream goes on with.
  const broken = [...heard].filter(([contentId, samples]) => model.spoken.get(contentId) !== samples);
  expect(broken.length).toBeLessThanOrEqual(1);
  expect(heard.size).toBe(shown.filter(({ role }) => role === 'ASSISTANT').length + broken.length);
});

/** The number that begins the digits in a sentence. */
const numberIn = (content: string) => /digits (\d) (\d) (\d)/.exec(content)?.slice(1).join('');
