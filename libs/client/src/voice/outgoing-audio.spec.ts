import { OutgoingAudio } from './outgoing-audio';

/** 32 ms, marked with a number. */
const frame = (mark: number) => new Int16Array(512).fill(mark);
const line = (bufferedAmount = 0) => {
  const sent: number[] = [];
  return { sent, bufferedAmount, send: (data: Int16Array) => void sent.push(data[0]!) };
};
const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('OutgoingAudio', () => {
  it('sends at once while the line takes it', () => {
    const out = new OutgoingAudio();
    const free = line();
    for (const mark of count(1, 5)) expect(out.push(frame(mark), free)).toBe(0);
    expect(free.sent).toEqual([1, 2, 3, 4, 5]);
  });

  it('holds back while the browser’s buffer is full, bounds it to 2 s, and drops the oldest', () => {
    const out = new OutgoingAudio();
    const full = line(64_000);
    const dropped = count(1, 100).reduce((sum, mark) => sum + out.push(frame(mark), full), 0);
    expect(full.sent).toEqual([]);
    expect(out.waitingMs).toBeLessThanOrEqual(2_000);
    expect(dropped).toBeCloseTo(3_200 - 1_984);
    const free = line();
    out.push(frame(101), free);
    expect(free.sent).toEqual(count(39, 101));
  });

  it('keeps 10 s of a call that lost its line, and 2 s before one began', () => {
    const lost = new OutgoingAudio();
    const begun = new OutgoingAudio();
    for (const mark of count(1, 400)) {
      lost.keep(frame(mark), true);
      begun.keep(frame(mark), false);
    }
    expect(lost.waitingMs).toBeCloseTo(9_984);
    expect(begun.waitingMs).toBeCloseTo(1_984);
  });

  it('repeats what was not answered, before what came since, 10 s in all', () => {
    const out = new OutgoingAudio();
    const first = line();
    out.push(frame(1), first);
    out.answered();
    for (const mark of count(2, 4)) out.push(frame(mark), first);
    out.keep(frame(5), true);
    out.resumed();
    const second = line(1e9);
    out.catchUp(second);
    expect(second.sent).toEqual([2, 3, 4, 5]);
  });

  it('repeats only what the service has not heard, when it says how much it has', () => {
    const out = new OutgoingAudio();
    const first = line();
    for (const mark of count(1, 5)) out.push(frame(mark), first);
    out.resumed(95); // 3 frames are 96 ms, and the service rounds down
    const second = line();
    out.catchUp(second);
    expect(second.sent).toEqual([4, 5]);
    // All five are unanswered still: another replica has to hear them all.
    out.resumed();
    const third = line();
    out.catchUp(third);
    expect(third.sent).toEqual([1, 2, 3, 4, 5]);
    // The new replica counts from its own beginning.
    out.resumed(160);
    const fourth = line();
    out.catchUp(fourth);
    expect(fourth.sent).toEqual([]);
  });

  it('does not take for missing what the service threw away', () => {
    const out = new OutgoingAudio();
    const first = line();
    for (const mark of count(1, 5)) out.push(frame(mark), first);
    out.refused(64);
    out.resumed(96);
    const second = line();
    out.catchUp(second);
    expect(second.sent).toEqual([]);
  });

  it('repeats nothing to another call', () => {
    const out = new OutgoingAudio();
    out.push(frame(1), line());
    out.keep(frame(2), true);
    out.begun();
    const second = line();
    out.catchUp(second);
    expect(second.sent).toEqual([2]);
  });
});
