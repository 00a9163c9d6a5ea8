import { MemoryConnectionRegistry, SharedConnections } from '@parley/auth/testing';
import { MemoryFanOut } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Conversation } from '@parley/protocol';
import type { Listener } from './listener';
import { OpenRooms } from './open-rooms';
import { Presence } from './presence';
import { PresenceWatch } from './presence-watch';

const ID = 'the-room-that-is-open';
const RENEW_MS = 15_000;

class Ear implements Listener {
  readonly id: string;
  readonly backlogBytes = 0;
  readonly away: string[][] = [];
  constructor(
    readonly principalId: string,
    readonly blocked: ReadonlySet<string> = new Set(),
  ) {
    this.id = `connection of ${principalId}`;
  }
  deliver(): void {
    throw new Error('nothing is told to all alike');
  }
  say(event: string, data: object): void {
    expect(event).toBe('presence');
    const { conversationId, members } = data as { conversationId: string; members: { principal: { id: string } }[] };
    expect([conversationId, members.filter((member) => !('online' in member) || member.online)]).toEqual([ID, []]);
    this.away.push(members.map(({ principal }) => principal.id));
  }
}

/** Alice is here, Bob and Carol on another process, Dave nowhere; all are members. */
async function setUp() {
  let nowMs = Date.UTC(2026, 0, 1);
  const shared = new SharedConnections();
  const [here, there] = [0, 1].map(() => new MemoryConnectionRegistry(shared, () => nowMs)) as [
    MemoryConnectionRegistry,
    MemoryConnectionRegistry,
  ];
  const connect = (registry: MemoryConnectionRegistry, principalId: string, id = principalId) =>
    registry.put({ id, principalId, kind: 'user', path: '/ws/chat', since: nowMs });
  await Promise.all([here.renew([]), there.renew([])]);
  await Promise.all([connect(here, 'alice'), connect(there, 'bob'), connect(there, 'carol')]);

  const members = ['alice', 'bob', 'carol', 'dave'];
  const asked: string[] = [];
  const reports: string[] = [];
  const failures: Error[] = [];
  const rooms = new OpenRooms({
    log: { states: async () => new Map(), hearers: async () => new Set(members), entriesAfter: async () => [] },
    fanOut: new MemoryFanOut(),
    frameOf: (text) => Buffer.from(text),
    report: (what, cause) => {
      throw new Error(what, { cause });
    },
  });
  const watch = new PresenceWatch({
    registry: here,
    rooms,
    presence: new Presence(here, { all: () => [] }),
    store: {
      get: async (principalId) => {
        asked.push(principalId);
        const failure = failures.pop();
        if (failure) throw failure;
        if (!members.includes(principalId)) throw new ParleyError('conversation_not_found');
        const people = members.map((id) => ({ kind: 'user', id, name: id, role: 'member' }));
        return { id: ID, kind: 'room', members: people } as unknown as Conversation;
      },
    },
    report: (what) => reports.push(what),
  });
  const enter = (ear: Ear) => rooms.enter(ID, ear, async () => ({ head: 0, isReached: true }));
  /** As time goes by for the process that lives, and for this one if it does not die. */
  const minute = async (...living: MemoryConnectionRegistry[]) => {
    for (let passed = 0; passed < 60_000; passed += RENEW_MS) {
      nowMs += RENEW_MS;
      await Promise.all([here, ...living].map((registry) => registry.renew([])));
      await watch.look();
    }
  };
  await watch.look();
  return { here, there, connect, members, asked, reports, failures, watch, enter, minute };
}

it('tells within a minute, once, who went with a process that died, and not who came back elsewhere', async () => {
  const { here, connect, enter, minute } = await setUp();
  const ear = new Ear('alice');
  await enter(ear);
  await connect(here, 'carol', 'another of carol');
  await minute();
  expect(ear.away).toEqual([['bob', 'dave']]);
  await minute();
  expect(ear.away).toHaveLength(1);
});

it('looks at no room while all processes live', async () => {
  const { there, enter, minute, asked } = await setUp();
  const ear = new Ear('alice');
  await enter(ear);
  await minute(there);
  expect([ear.away, asked]).toEqual([[], []]);
});

it('tells nobody of people whom he blocks', async () => {
  const { enter, minute } = await setUp();
  const [ear, other] = [
    new Ear('alice', new Set(['bob', 'dave'])),
    new Ear('carol', new Set(['bob', 'carol', 'dave'])),
  ];
  for (const each of [ear, other]) await enter(each);
  await minute();
  expect([ear.away, other.away]).toEqual([[['carol']], []]);
});

it('reads a room with the rights of one who is in it still, and passes over one that is gone', async () => {
  const { enter, minute, asked, reports } = await setUp();
  const [alice, eve] = [new Ear('alice'), new Ear('eve')];
  await enter(eve);
  await enter(alice);
  await minute();
  expect([asked, alice.away]).toEqual([['eve', 'alice'], [['bob', 'carol', 'dave']]]);

  const gone = await setUp();
  await gone.enter(alice);
  gone.members.length = 0;
  await gone.minute();
  expect([alice.away.length, reports, gone.reports]).toEqual([1, [], []]);
});

it('tells in the next round what could not be read in this one', async () => {
  const { enter, minute, failures, reports } = await setUp();
  const ear = new Ear('alice');
  await enter(ear);
  failures.push(new ParleyError('store_unavailable'));
  await minute();
  expect([ear.away, reports]).toEqual([[['bob', 'carol', 'dave']], ['it cannot be seen who went with a process']]);
});
