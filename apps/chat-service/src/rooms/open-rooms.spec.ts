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
  readonly frames: Uint8Array[] = [];
  constructor(
    readonly principalId: string,
    readonly blocked: ReadonlySet<string> = new Set(),
  ) {
    this.id = `connection of ${principalId}`;
  }
  deliver(frame: Uint8Array): void {
    this.frames.push(frame);
    const { data } = JSON.parse(String(frame)) as { data: { entry?: Entry; message?: Entry } };
    const told = data.entry ?? data.message;
    if (told !== undefined) this.seqs.push(told.seq);
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
  const say = (told: Entry) => {
    log.push(told);
    fanOut.publish(topicOf(ID), writeSignal({ kind: 'entry', seq: told.seq, frame: entryFrame(told) }));
  };
  return { rooms, log, members, reads, write, tell, say, enter };
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

describe('what somebody says', () => {
  const said = (seq: number, by: string): Entry => ({
    ...{
      type: 'message',
      id: `m-${seq}`,
      seq,
      conversationId: ID,
      role: 'user',
      createdAt: '2026-01-01T00:00:00.000Z',
    },
    ...{ author: { kind: 'user', id: by, name: by }, parts: [{ type: 'text', text: `word ${seq}` }] },
  });
  const texts = (ear: Ear) => ear.frames.map(String);

  it('reaches those who block him as a place without words, in a frame that they share; everybody else shares the other', async () => {
    const { members, enter, say } = setUp();
    const blocking = new Set(['mallory']);
    for (const name of ['carol', 'dave', 'mallory']) members.add(name);
    const [alice, bob] = [new Ear('alice', blocking), new Ear('bob', blocking)];
    const [carol, dave] = [new Ear('carol'), new Ear('dave', new Set(['somebody']))];
    for (const ear of [alice, bob, carol, dave]) await enter(ear);
    say(said(1, 'mallory'));
    say(said(2, 'carol'));
    say({ ...said(3, 'mallory'), type: 'edited', of: 'm-1' } as Entry);
    say({ ...entry(4), author: { kind: 'user', id: 'mallory', name: 'mallory' } });
    for (const ear of [alice, bob, carol, dave]) expect(ear.seqs).toEqual([1, 2, 3, 4]);
    for (const ear of [alice, bob]) {
      const hidden = texts(ear).filter((text) => text.includes('"hidden":true'));
      expect([hidden.length, hidden.join().includes('word')]).toEqual([2, false]);
    }
    for (const ear of [carol, dave]) expect(texts(ear).join()).not.toContain('hidden');
    for (const [place, frame] of alice.frames.entries()) expect(frame).toBe(bob.frames[place]);
    for (const [place, frame] of carol.frames.entries()) expect(frame).toBe(dave.frames[place]);
    expect(alice.frames[1]).toBe(carol.frames[1]);
    expect(alice.frames[3]).toBe(carol.frames[3]);
  });

  it('is hidden from those who block him also when it is read from the log', async () => {
    const { rooms, log, enter } = setUp();
    const ear = new Ear('alice', new Set(['mallory']));
    await enter(ear);
    log.push(said(1, 'mallory'), said(2, 'bob'));
    await rooms.poll();
    await settle();
    expect(ear.seqs).toEqual([1, 2]);
    expect(texts(ear).map((text) => text.includes('word'))).toEqual([false, true]);
  });

  it('and that he types, comes and reads is not told to those who block him', async () => {
    const { rooms, enter } = setUp();
    const [alice, bob] = [new Ear('alice', new Set(['mallory'])), new Ear('bob')];
    await enter(alice);
    await enter(bob);
    const principal = { kind: 'user', id: 'mallory', name: 'mallory' };
    rooms.tell(ID, 'typing', { principal, typing: true });
    rooms.tell(ID, 'read', { principal, seq: 1 });
    rooms.tell(ID, 'presence', { members: [{ principal, online: true }] });
    rooms.tell(ID, 'delta', { id: 'a', offset: 0, text: 'an answer' });
    expect([alice.frames.length, bob.frames.length]).toEqual([1, 4]);
    expect(alice.frames[0]).toBe(bob.frames[3]);
  });
});
