import { GUEST_COOKIE } from '../http/session-cookies';
import { Guests } from './guests';

const DAY_MS = 86_400_000;
const ORIGIN = 'https://app.example.com';
const PARTNER = 'https://partner.example';
let nowMs: number;
let guests: Guests;
beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1);
  const options = {
    allowedOrigins: [ORIGIN, PARTNER],
    ownOrigins: [ORIGIN],
    guests: { keys: ['k'.repeat(32)] },
  };
  guests = new Guests(
    options,
    () => false,
    () => nowMs,
  );
});

const visit = (headers: { origin: string; cookie?: string }) => guests.ofHandshake(headers, 'label', true, '10.0.0.1')!;
const cookieIn = (setCookie: string | undefined) => setCookie!.split(';')[0]!;

describe('a guest session in use', () => {
  it('is renewed once a day, by handshakes and requests alike: the same guest, thirty days from now', () => {
    const first = visit({ origin: ORIGIN });
    const headers = { origin: ORIGIN, cookie: cookieIn(first.setCookie) };
    expect(visit(headers).setCookie).toBeUndefined();
    expect(guests.ofRequestCookie(headers)?.setCookie).toBeUndefined();
    nowMs += DAY_MS + 1_000;
    for (const renewed of [visit(headers), guests.ofRequestCookie(headers)!]) {
      expect(renewed.principal).toMatchObject({ id: first.principal.id, expiresAt: nowMs + 30 * DAY_MS });
      expect(renewed.setCookie).toMatch(new RegExp(`^__Secure-${GUEST_COOKIE.name}=g1\\.${first.principal.id}\\.`));
    }
  });

  it('lives on for as long as somebody comes back, and is nobody’s after thirty days without', () => {
    const first = visit({ origin: ORIGIN });
    let headers = { origin: ORIGIN, cookie: cookieIn(first.setCookie) };
    for (let visits = 0; visits < 5; visits += 1) {
      nowMs += 20 * DAY_MS;
      headers = { ...headers, cookie: cookieIn(guests.ofRequestCookie(headers)!.setCookie) };
    }
    expect(visit(headers).principal.id).toBe(first.principal.id);
    nowMs += 31 * DAY_MS;
    expect(guests.ofRequestCookie(headers)).toBeUndefined();
    expect(visit(headers).principal.id).not.toBe(first.principal.id);
  });

  it('of another origin is renewed where it is asked for, and told only there', () => {
    const { principal, session, setCookie } = visit({ origin: PARTNER });
    expect([session, setCookie]).toEqual([expect.stringMatching(/^g1\./), undefined]);
    nowMs += 10 * DAY_MS;
    const renewed = guests.begin({ origin: PARTNER }, guests.verify(session!), '10.0.0.1');
    expect(renewed).toMatchObject({ principal: { id: principal.id, expiresAt: nowMs + 30 * DAY_MS } });
    expect([renewed.session, renewed.setCookie]).toEqual([expect.stringMatching(/^g1\./), undefined]);
  });
});
