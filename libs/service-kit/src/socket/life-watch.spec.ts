import { Readiness } from '../health/readiness';
import { LifeWatch } from './life-watch';

/** A socket and connection as far as the watch touches them. */
function subject(expiresAt?: number) {
  const events: string[] = [];
  const socket = { OPEN: 1, readyState: 1, ping: () => events.push('ping'), terminate: () => events.push('terminate') };
  const connection = {
    principal: expiresAt === undefined ? undefined : { expiresAt },
    send: (name: string) => events.push(name),
    close: (code: number) => events.push(`close ${code}`),
  };
  return { events, socket: socket as never, connection: connection as never };
}

let now = 0;
const watch = () => new LifeWatch({ everyMs: 3_600_000, now: () => now });
beforeEach(() => void (now = 1_000_000));

it('pings every 20 s and ends a socket that has not answered for 30 s', () => {
  const life = watch();
  const { events, socket, connection } = subject();
  life.add(socket, connection);
  const at = (ms: number) => {
    now = 1_000_000 + ms;
    life.sweep();
  };
  at(19_000);
  expect(events).toEqual([]);
  at(20_000);
  expect(events).toEqual(['ping']);
  life.answered(socket);
  at(40_000);
  at(60_000);
  expect(events).toEqual(['ping', 'ping', 'ping']);
  at(70_000);
  expect(events.at(-1)).toBe('terminate');
  life.remove(socket);
});

it('warns once 60 s before a token ends, again after a renewal, and ends the socket at its end plus the tolerance', () => {
  const life = watch();
  const { events, socket, connection } = subject(now + 100_000);
  life.add(socket, connection);
  const at = (ms: number) => {
    now = 1_000_000 + ms;
    life.answered(socket);
    life.sweep();
  };
  at(39_000);
  at(40_000);
  at(41_000);
  expect(events.filter((event) => event === 'tokenExpiring')).toHaveLength(1);
  life.renewed(socket);
  at(50_000);
  expect(events.filter((event) => event === 'tokenExpiring')).toHaveLength(2);
  at(104_000);
  expect(events).not.toContain('close 4401');
  at(105_000);
  expect(events).toContain('close 4401');
  life.remove(socket);
});

it('watches a thousand tokens that end in the same second with one timer', () => {
  const life = watch();
  const many = Array.from({ length: 1_000 }, () => subject(now + 1_000));
  for (const { socket, connection } of many) life.add(socket, connection);
  now += 7_000;
  life.sweep();
  expect(many.every(({ events }) => events.includes('close 4401'))).toBe(true);
  for (const { socket } of many) life.remove(socket);
  expect(life.size).toBe(0);
});

it('is ready when all conditions hold and it is not leaving', () => {
  const readiness = new Readiness();
  let keys = false;
  readiness.require('keys', () => keys);
  expect(readiness.missing()).toEqual(['keys']);
  keys = true;
  expect(readiness.missing()).toEqual([]);
  readiness.drain();
  expect(readiness.missing()).toEqual(['not draining']);
});
