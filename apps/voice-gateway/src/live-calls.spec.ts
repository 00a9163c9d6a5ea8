import { MemoryCallRegistry, type SharedCalls } from './adapters/memory/call-registry';
import type { CallEnd } from './call/call';
import type { CallRecord } from './call/ports/call-registry.port';
import { LiveCalls, type RegisteredCall } from './live-calls';

const record: CallRecord = {
  callId: 'c1',
  principalId: 'alice',
  conversationId: 'c',
  assistant: 'general',
  startedAt: 0,
};

/** A registry whose store can be out, and whose openings can be held up. */
class Registry extends MemoryCallRegistry {
  isOut = false;
  losesAnswers = false;
  gate: Promise<void> | undefined;
  override async open(record: CallRecord): Promise<boolean> {
    if (this.isOut) throw new Error('away');
    await this.gate;
    const isOurs = await super.open(record);
    if (this.losesAnswers) throw new Error('cut off');
    return isOurs;
  }
}

function setUp() {
  const shared: SharedCalls = new Map();
  const registry = new Registry(shared);
  const reports: string[] = [];
  let rounds = 0;
  const calls = new LiveCalls<RegisteredCall>({
    ...{ registry, renewMs: 2_000, report: (what: string) => reports.push(what) },
    onRound: async () => void (rounds += 1),
  });
  const call = () => {
    let finish!: (end: CallEnd) => void;
    const made = { id: 'c1', streams: 1, over: false, abandoned: 0 };
    const ended = new Promise<CallEnd>((resolve) => (finish = resolve));
    return Object.assign(made, {
      ended,
      abandon: () => ((made.over = true), (made.abandoned += 1), ended),
      end: (reason: CallEnd['reason']) => ((made.over = true), finish({ reason, durationMs: 1 })),
    });
  };
  return { calls, call, shared, registry, reports, rounds: () => rounds };
}
const round = () => jest.advanceTimersByTimeAsync(2_000);
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('a call that another replica took is abandoned here, one that nobody took goes on', async () => {
  const { calls, call, shared, rounds } = setUp();
  const mine = call();
  await calls.begin(mine, record);
  await round();
  expect([mine.abandoned, rounds()]).toEqual([0, 1]);
  await new MemoryCallRegistry(shared).take('c1', 'alice');
  await round();
  expect(mine.abandoned).toBe(1);
});

it('a call whose registration is still on its way is not taken for one that another replica took', async () => {
  const { calls, call, registry, shared } = setUp();
  let open!: () => void;
  registry.gate = new Promise((resolve) => (open = resolve));
  const mine = call();
  const begun = calls.begin(mine, record);
  await round();
  expect(mine.abandoned).toBe(0);
  open();
  await begun;
  await round();
  expect([mine.abandoned, shared.has('c1')]).toEqual([0, true]);
});

it('a call that began in an outage goes on, and is registered when the store is back', async () => {
  const { calls, call, registry, reports, shared } = setUp();
  registry.isOut = true;
  const mine = call();
  await calls.begin(mine, record);
  await round();
  expect([mine.abandoned, shared.size, reports[0]]).toEqual([0, 0, 'a call could not be registered']);
  registry.isOut = false;
  await round();
  expect([mine.abandoned, shared.has('c1')]).toEqual([0, true]);
});

it('one that moved while its registration went unanswered is abandoned here, and stays with the other', async () => {
  const { calls, call, registry, reports, shared } = setUp();
  registry.losesAnswers = true;
  const mine = call();
  await calls.begin(mine, record);
  const other = new MemoryCallRegistry(shared);
  await other.take('c1', 'alice');
  registry.losesAnswers = false;
  await round();
  expect([mine.abandoned, reports]).toEqual([1, ['a call could not be registered']]);
  expect(await other.renew([{ callId: 'c1', streams: 1 }])).toEqual([]);
});

it('one that is over is found by nobody, and leaves the registry also when its registration came late', async () => {
  const { calls, call, registry, shared } = setUp();
  let open!: () => void;
  registry.gate = new Promise((resolve) => (open = resolve));
  const mine = call();
  const begun = calls.begin(mine, record);
  expect([calls.find('c1')?.principalId, calls.countOf('alice'), calls.size]).toEqual(['alice', 1, 1]);
  mine.end('hangup');
  await jest.advanceTimersByTimeAsync(0);
  expect([calls.find('c1'), calls.countOf('alice'), calls.size]).toEqual([undefined, 0, 0]);
  open();
  await begun;
  await jest.advanceTimersByTimeAsync(0);
  expect(shared.has('c1')).toBe(false);
});

it('one that went to another replica and came back is the new one, also when the old one ends after that', async () => {
  const { calls, call, registry, shared } = setUp();
  const old = call();
  await calls.begin(old, record);
  expect(await calls.isOurs('c1')).toBe(true);
  await new MemoryCallRegistry(shared).take('c1', 'alice');
  expect([await calls.isOurs('c1'), old.abandoned]).toEqual([false, 1]);
  await registry.take('c1', 'alice');
  const again = call();
  calls.goOn(again, 'alice');
  old.end('replaced');
  await jest.advanceTimersByTimeAsync(0);
  expect([calls.find('c1')?.call, shared.has('c1')]).toEqual([again, true]);
});

it('one that moves stays in the registry, for the replica that goes on with it', async () => {
  const { calls, call, shared } = setUp();
  const mine = call();
  await calls.begin(mine, record);
  mine.end('restarting');
  await jest.advanceTimersByTimeAsync(0);
  expect(shared.has('c1')).toBe(true);
});
