import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import type { Principal } from './principal';

/** A guest session that was issued or renewed just now. */
export interface IssuedGuestSession {
  /** The signed text: whoever has it is this guest. */
  session: string;
  principal: Principal;
  expiresInMs: number;
}

const LIFETIME_MS = 30 * 86_400_000;
/** A session in use is renewed once a day: often enough to live on, seldom enough not to write a cookie each time. */
const RENEW_AFTER_MS = 86_400_000;
const FORM = /^g1\.(g-[A-Za-z0-9_-]{22,43})\.(\d{1,12})\.([A-Za-z0-9_-]{8})\.([A-Za-z0-9_-]{43})$/;
/** `clientId` of guests: no app client of a pool has this name. */
const GUEST_CLIENT = 'guest';

/**
 * Guest sessions: `g1.<id>.<end>.<key id>.<HMAC-SHA256>`, readable in a cookie and in a subprotocol alike. Nothing is
 * stored for a guest who says nothing. The first key signs, all of them are accepted, so a key is rotated by putting the
 * new one in front.
 */
export class GuestSessions {
  private readonly keys: ReadonlyMap<string, string>;
  private readonly signingKey: string;

  /** @param keys secrets of at least 32 characters, the one that signs first */
  constructor(
    keys: readonly string[],
    private readonly now: () => number = Date.now,
  ) {
    this.keys = new Map(keys.map((key) => [keyId(key), key]));
    this.signingKey = keys[0]!;
  }

  /** A session of a guest who was never here. */
  issue(): IssuedGuestSession {
    return this.sign(`g-${randomBytes(16).toString('base64url')}`);
  }

  /** The session that a bare label stands for: the same for everybody who knows the label. */
  issueForLabel(label: string): IssuedGuestSession {
    return this.sign(`g-${createHash('sha256').update(`parley guest label\n${label}`).digest('base64url')}`);
  }

  /** The same session with a new end. */
  renew({ id }: Principal): IssuedGuestSession {
    return this.sign(id);
  }

  /** The session anew when it is in use and older than a day. */
  renewalOf(principal: Principal): IssuedGuestSession | undefined {
    return principal.expiresAt - this.now() < LIFETIME_MS - RENEW_AFTER_MS ? this.renew(principal) : undefined;
  }

  /** @throws ParleyError `invalid_token` for one that is not ours, changed, of a retired key, or over */
  verify(session: string): Principal {
    const [, id, end, kid, mac] = FORM.exec(session) ?? [];
    if (id === undefined || end === undefined || kid === undefined || mac === undefined) throw refused('not a session');
    const key = this.keys.get(kid);
    if (key === undefined) throw refused('signed with a key that is not accepted');
    const expected = macOf(key, session.slice(0, -mac.length - 1));
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) throw refused('not signed by us');
    const principal = guest(id, Number(end) * 1_000);
    if (principal.expiresAt <= this.now()) throw refused('over');
    return principal;
  }

  private sign(id: string): IssuedGuestSession {
    const endS = Math.floor((this.now() + LIFETIME_MS) / 1_000);
    const text = `g1.${id}.${endS}.${keyId(this.signingKey)}`;
    return {
      session: `${text}.${macOf(this.signingKey, text)}`,
      principal: guest(id, endS * 1_000),
      expiresInMs: LIFETIME_MS,
    };
  }
}

const guest = (id: string, expiresAt: number): Principal => ({
  kind: 'guest',
  id,
  groups: [],
  sessionId: id,
  clientId: GUEST_CLIENT,
  expiresAt,
});

// The prefix keeps a MAC of ours from meaning anything elsewhere the same secret might be used.
const macOf = (key: string, text: string) =>
  createHmac('sha256', key).update(`parley guest session\n${text}`).digest('base64url');
const keyId = (key: string) =>
  createHash('sha256').update(`parley guest key id\n${key}`).digest('base64url').slice(0, 8);
const refused = (why: string) => new ParleyError('invalid_token', { cause: new Error(`guest session: ${why}`) });
