import { GuestSessions } from './guest-sessions';

const [OLD, NEW, OTHER] = ['old', 'new', 'other'].map((name) => `${name}-key-of-at-least-32-characters-long`) as [
  string,
  string,
  string,
];
let nowMs = Date.UTC(2026, 0, 1);
const sessions = (...keys: string[]) => new GuestSessions(keys, () => nowMs);
const refused = (session: string, by = sessions(OLD)) => expect(() => by.verify(session)).toThrow('Invalid auth');

it('is one guest for 30 days', () => {
  const { session, principal, expiresInMs } = sessions(OLD).issue();
  expect(sessions(OLD).verify(session)).toEqual(principal);
  expect(principal).toMatchObject({ kind: 'guest', groups: [], clientId: 'guest', sessionId: principal.id });
  expect(expiresInMs).toBe(2_592_000_000);
  nowMs += 30 * 86_400_000 + 1;
  refused(session);
});

it('is accepted through a rotation, by the new key too, until the old one is taken away', () => {
  const { session } = sessions(OLD).issue();
  expect(sessions(NEW, OLD).verify(session)).toBeDefined();
  refused(session, sessions(NEW));
  refused(sessions(NEW, OLD).issue().session);
});

it('keeps its id when it is renewed, with the key of today, once a day', () => {
  const first = sessions(OLD).issue();
  const rotated = sessions(NEW, OLD);
  expect(rotated.renewalOf(first.principal)).toBeUndefined();
  nowMs += 86_400_001;
  const renewed = rotated.renewalOf(first.principal)!;
  expect(renewed.principal.id).toBe(first.principal.id);
  expect(renewed.principal.expiresAt).toBeGreaterThan(first.principal.expiresAt);
  expect(sessions(NEW).verify(renewed.session).id).toBe(first.principal.id);
});

it('is text that a cookie and a subprotocol can carry', () => {
  expect(sessions(OLD).issue().session).toMatch(/^[A-Za-z0-9._-]{50,200}$/);
});

it('refuses every change of a single character, and every cut', () => {
  const { session } = sessions(OLD).issue();
  for (let at = 0; at < session.length; at += 1) {
    const changed = session[at] === 'A' ? 'B' : 'A';
    refused(session.slice(0, at) + changed + session.slice(at + 1));
    refused(session.slice(0, at));
  }
  for (const more of [`${session}A`, `${session}.`, ` ${session}`, `${session}\n`, `${session}\0`]) refused(more);
});

it('gives a bare label the same id always and no other label the same', () => {
  const by = sessions(OLD);
  const [a, again, b] = ['label-a', 'label-a', 'label-b'].map((label) => by.issueForLabel(label).principal.id);
  expect(again).toBe(a);
  expect(b).not.toBe(a);
  expect(a).not.toContain('label');
  expect(sessions(OTHER).issueForLabel('label-a').principal.id).toBe(a);
});
