import { announceMembers, MemoryFanOut, type OpenState } from '@parley/conversations';
import { CallRights, type HeldCall } from './call-rights';

/** Rights over a log of one conversation, of which the test says who may hear it. */
function setUp() {
  const log = { hearers: ['alice', 'bob'], membersVersion: 1, isGone: false, isOut: false, readings: 0 };
  const answer = <T>(value: T) => (log.isOut ? Promise.reject(new Error('away')) : Promise.resolve(value));
  const fanOut = new MemoryFanOut(() => undefined);
  const reports: string[] = [];
  const rights = new CallRights({
    log: {
      hearers: () => (log.readings++, answer(new Set(log.hearers))),
      states: (ids) =>
        answer(
          new Map<string, OpenState>(
            log.isGone ? [] : ids.map((id) => [id, { head: 0, membersVersion: log.membersVersion }]),
          ),
        ),
    },
    fanOut,
    report: (what) => reports.push(what),
  });
  const call = (principalId: string) => {
    const reasons: string[] = [];
    let finish!: (end: { reason: 'hangup'; durationMs: number }) => void;
    const held: HeldCall = {
      conversationId: 'c',
      ended: new Promise((resolve) => (finish = resolve)),
      end: (reason) => (reasons.push(reason), held.ended),
    };
    rights.keep(held, principalId);
    return { reasons, hangUp: () => finish({ reason: 'hangup', durationMs: 0 }) };
  };
  return { log, fanOut, rights, reports, call };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("ends the call of whoever was taken out, when a process tells of it, and nobody else's", async () => {
  const { log, fanOut, call } = setUp();
  const [alice, bob] = [call('alice'), call('bob')];
  await settled();
  log.hearers = ['alice'];
  announceMembers(fanOut, 'c');
  await settled();
  expect([alice.reasons, bob.reasons]).toEqual([[], ['removed']]);
});

it('learns by looking what nobody told', async () => {
  const { log, rights, call } = setUp();
  const alice = call('alice');
  await rights.look();
  await settled();
  expect(alice.reasons).toEqual([]);
  log.hearers = [];
  log.isGone = true;
  await rights.look();
  await settled();
  expect(alice.reasons).toEqual(['removed']);
});

it('reads who may hear only where that changed', async () => {
  const { log, rights, call } = setUp();
  call('alice');
  await settled();
  await rights.look();
  await settled();
  const before = log.readings;
  await rights.look();
  await settled();
  expect(log.readings).toBe(before);
  log.membersVersion += 1;
  await rights.look();
  await settled();
  expect(log.readings).toBe(before + 1);
});

it('ends a second call of whom it saw taken out before that call was watched', async () => {
  const { log, rights, call } = setUp();
  const alice = call('alice');
  Object.assign(log, { hearers: ['alice'], membersVersion: 2 });
  await rights.look();
  const bob = call('bob');
  await rights.look();
  await settled();
  expect([alice.reasons, bob.reasons]).toEqual([[], ['removed']]);
});

it('ends no call in an outage, and looks again after it', async () => {
  const { log, fanOut, rights, reports, call } = setUp();
  const alice = call('alice');
  await settled();
  Object.assign(log, { isOut: true, hearers: [], isGone: true });
  await rights.look();
  announceMembers(fanOut, 'c');
  await settled();
  expect([alice.reasons, reports]).toEqual([
    [],
    ['the conversations of calls could not be looked at', 'who may hear a call could not be read'],
  ]);
  log.isOut = false;
  await rights.look();
  await settled();
  expect(alice.reasons).toEqual(['removed']);
});

it('forgets calls that are over', async () => {
  const { log, fanOut, rights, call } = setUp();
  const alice = call('alice');
  await settled();
  const before = log.readings;
  alice.hangUp();
  await settled();
  announceMembers(fanOut, 'c');
  await rights.look();
  await settled();
  expect(log.readings).toBe(before);
});
