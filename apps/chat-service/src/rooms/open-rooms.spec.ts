import { MemoryFanOut, entryFrame, topicOf, writeSignal } from '@parley/conversations';
import type { Entry } from '@parley/protocol';
import { BEHIND_BYTES, type Listener } from './listener';
import { OpenRooms } from './open-rooms';

const ID = 'the-room-that-is-open';
const entry = (seq: number): Entry => ({
  type: 'deleted',
  id: `e-${seq}`,
  seq,
  conversationId: ID,
  of: 'x',
  author: { kind: 'user', id: 'alice', name: 'Alice' },
  createdAt: '2026-01-01T00:00:00.000Z',
});

class Ear implements Listener {
  readonly id: string;
  backlogBytes = 0;
  readonly seqs: number[] = [];
  readonly said: string[] = [];
  constructor(readonly principalId: string) {
    this.id = `connection of ${principalId}`;
  }
  deliver(frame: Uint8Array): void {
    this.seqs.push((JSON.parse(String(frame)) as { data: { entry: Entry } }).data.entry.seq);
  }
  say(event: string, data: object): void {
    this.said.push(`${event} ${(data as { head?: number }).head ?? ''}`.trim());
  }
}

/** A log that a test writes, and news of it that the test gives when it likes. */
function setUp() {
  const log: Entry[] = [];
  const members = new Set(['alice', 'bob']);
  const reads: number[] = [];
  const fanOut = new MemoryFanOut();
  const rooms = new OpenRooms({
    log: {
      states: async () => new Map([[ID, { head: log.length, membersVersion: members.size }]]),
      hearers: async () => new Set(members),
      entriesAfter: async (_id, after, limit) => {
        reads.push(after);
        return log.slice(after, after + limit);
      },
    },
    fanOut,
    frameOf: (text) => Buffer.from(text),
    report: (what, cause) => {
      throw new Error(what, { cause });
    },
  });
  const write = (to: number) => {
    while (log.length < to) log.push(entry(log.length + 1));
  };
  const tell = (seq: number) =>
    fanOut.publish(topicOf(ID), writeSignal({ kind: 'entry', seq, frame: entryFrame(entry(seq)) }));
  const enter = async (ear: Ear) => {
    await rooms.enter(ID, ear, async () => ({ head: log.length, isReached: true }));
    await settle();
  };
  return { rooms, log, members, reads, write, tell, enter };
}
const settle = () => new Promise(setImmediate);

it('gives what comes in turn at once and without a look at the log, and nothing twice', async () => {
  const { enter, write, tell, reads } = setUp();
  const ear = new Ear('alice');
  await enter(ear);
  reads.length = 0;
  write(3);
  for (const seq of [1, 2, 2, 1, 3, 3]) tell(seq);
  expect([ear.seqs, reads]).toEqual([[1, 2, 3], []]);
});

it('reads the log where news is missing, and gives all in order', async () => {
  const { enter, write, tell } = setUp();
  const ear = new Ear('alice');
  await enter(ear);
  write(450);
  for (const seq of [3, 2, 448]) tell(seq);
  await settle();
  tell(450);
  await settle();
  expect(ear.seqs).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
});

it('hears without any news by its own look', async () => {
  const { rooms, enter, write } = setUp();
  const ear = new Ear('alice');
  await enter(ear);
  write(2);
  await rooms.poll();
  await settle();
  expect(ear.seqs).toEqual([1, 2]);
});

it('loses nothing between the reading of a page and the first live entry', async () => {
  const { rooms, write, tell } = setUp();
  const ear = new Ear('alice');
  write(5);
  await rooms.enter(ID, ear, async () => {
    const head = 5;
    write(7);
    for (const seq of [6, 7]) tell(seq);
    await settle();
    return { head, isReached: true };
  });
  await settle();
  tell(7);
  expect(ear.seqs).toEqual([6, 7]);
});

it('tells a slow reader once that it is behind, then nothing until it has caught up; nobody else waits', async () => {
  const { rooms, enter, write, tell } = setUp();
  const [slow, quick] = [new Ear('alice'), new Ear('bob')];
  await enter(slow);
  await enter(quick);
  slow.backlogBytes = BEHIND_BYTES + 1;
  write(4);
  for (const seq of [1, 2, 3, 4]) tell(seq);
  expect([slow.seqs, slow.said, quick.seqs]).toEqual([[], ['behind 1'], [1, 2, 3, 4]]);

  slow.backlogBytes = 0;
  await rooms.enter(ID, slow, async () => ({ head: 4, isReached: false }));
  write(5);
  tell(5);
  expect([slow.seqs, rooms.isBehind(ID, slow)]).toEqual([[], true]);
  await rooms.enter(ID, slow, async () => ({ head: 5, isReached: true }));
  write(6);
  tell(6);
  expect([slow.seqs, slow.said, quick.seqs]).toEqual([[6], ['behind 1'], [1, 2, 3, 4, 5, 6]]);
});

it('puts out who is no member any more, by its own look, and closes with the last one', async () => {
  const { rooms, members, enter, write, tell } = setUp();
  const [alice, bob] = [new Ear('alice'), new Ear('bob')];
  await enter(alice);
  await enter(bob);
  await rooms.poll();
  members.delete('bob');
  await rooms.poll();
  await settle();
  write(1);
  tell(1);
  expect([alice.seqs, bob.seqs, bob.said]).toEqual([[1], [], ['left']]);
  expect(rooms.leaveAll(alice)).toEqual([ID]);
  expect(rooms.size).toBe(0);
});
