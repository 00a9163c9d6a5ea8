import type { IncomingHttpHeaders } from 'node:http';
import { ParleyError } from '@parley/errors';
import { assertNotForged } from '../domain/forgery';
import { isUnguessable } from '../domain/guest-label';
import { GuestSessions, type IssuedGuestSession } from '../domain/guest-sessions';
import type { Principal } from '../domain/principal';
import { RefusalLimiter } from '../domain/refusal-limiter';
import { GUEST_COOKIE, readSessionCookie, sessionCookie } from '../http/session-cookies';
import type { AuthOptions, GuestOptions } from './auth-options';

/** A guest who was recognised, or made. */
export interface FoundGuest {
  principal: Principal;
  setCookie?: string;
  session?: string;
}

/** Ten a minute for each address. */
const BUCKET = { size: 10, everyMs: 6_000 };
const READS = ['GET', 'HEAD', 'OPTIONS'];

/** Recognises guests by their session, and makes new ones where that is asked for. */
export class Guests {
  private readonly sessions: GuestSessions | undefined;
  private readonly guestOptions: GuestOptions | undefined;
  /** Refused sessions, and issued ones: a guess and a new guest cost an address alike, but not each other. */
  readonly refusals: RefusalLimiter;
  private readonly issued: RefusalLimiter;

  constructor(
    private readonly options: Pick<AuthOptions, 'guests' | 'allowedOrigins' | 'ownOrigins'>,
    /** Whether a guest was signed out: his sessions, whatever they say, are over then. */
    private readonly isOver: (guest: Principal) => boolean = () => false,
    now: () => number = Date.now,
  ) {
    this.guestOptions = options.guests;
    this.sessions = this.guestOptions && new GuestSessions(this.guestOptions.keys, now);
    this.refusals = new RefusalLimiter({ ...BUCKET, now });
    this.issued = new RefusalLimiter({ ...BUCKET, now });
  }

  /** @throws ParleyError `guests_not_admitted` unless both the service and the route admit guests */
  assertAdmitted(byRoute: boolean | undefined): void {
    if (byRoute !== true || !this.guestOptions || this.guestOptions.admitted === false)
      throw new ParleyError('guests_not_admitted');
  }

  /** @throws ParleyError `invalid_token`; `guests_not_admitted` in a service that knows no guests */
  verify(session: string): Principal {
    const guest = this.known.verify(session);
    if (this.isOver(guest)) throw new ParleyError('invalid_token', { cause: new Error('guest session: signed out') });
    return guest;
  }

  /** The guest of a session told in a body, else of the cookie; a bad cookie counts as none. @throws ParleyError `invalid_token` */
  ofClaim(headers: IncomingHttpHeaders, session: string | undefined): Principal | undefined {
    return session === undefined ? this.ofCookie(headers) : this.verify(session);
  }

  /**
   * The guest of an HTTP request's cookie, which is read only when nothing else is there. A bad one counts as none.
   *
   * @throws ParleyError `origin_not_allowed`, `json_required` for a change that a form of another site could have sent
   */
  ofRequestCookie(headers: IncomingHttpHeaders, method = 'GET'): FoundGuest | undefined {
    const principal = this.ofCookie(headers);
    if (!principal) return undefined;
    if (!READS.includes(method)) assertNotForged(headers, this.options.allowedOrigins);
    const renewal = this.sessions?.renewalOf(principal);
    return renewal ? { principal: renewal.principal, setCookie: cookieOf(headers, renewal) } : { principal };
  }

  /**
   * The guest of a handshake that presents no credential: by cookie (a page's only: without `Origin` a cookie alone is
   * nothing), by a bare label where that is switched on, or a new one for a front end that sends only `?sessionId=`.
   *
   * @throws ParleyError `too_many_requests`
   */
  ofHandshake(
    headers: IncomingHttpHeaders,
    label: string | undefined,
    admits: boolean,
    address: string,
  ): FoundGuest | undefined {
    const admitted = admits && this.guestOptions !== undefined && this.guestOptions.admitted !== false;
    const bare = admitted && this.guestOptions?.bareLabels === true && label !== undefined && isUnguessable(label);
    const ofLabel = bare ? this.known.issueForLabel(label) : undefined;
    if (ofLabel && !this.isOver(ofLabel.principal)) return this.hand(ofLabel, headers);

    const principal = headers.origin === undefined ? undefined : this.ofCookie(headers);
    if (principal) {
      const renewal = this.sessions?.renewalOf(principal);
      return renewal ? this.hand(renewal, headers) : { principal };
    }
    if (!admitted || label === undefined) return undefined;
    this.takeNew(address);
    return this.hand(this.known.issue(), headers);
  }

  /**
   * `POST /api/session/guest`: the caller's own session renewed, else a new one.
   *
   * @throws ParleyError `guests_not_admitted`, `too_many_requests`
   */
  begin(headers: IncomingHttpHeaders, known: Principal | undefined, address: string) {
    this.assertAdmitted(true);
    const principal = known ?? this.ofCookie(headers);
    if (!principal) this.takeNew(address);
    const issued = principal ? this.known.renew(principal) : this.known.issue();
    return { ...this.hand(issued, headers), expiresInMs: issued.expiresInMs };
  }

  private get known(): GuestSessions {
    if (!this.sessions) throw new ParleyError('guests_not_admitted');
    return this.sessions;
  }

  /**
   * Not for another origin, though it is allowed: a page of a neighbouring subdomain brings the cookie too, and must not be
   * handed the session that the own origin keeps from every script.
   */
  private ofCookie(headers: IncomingHttpHeaders): Principal | undefined {
    const session = readSessionCookie(GUEST_COOKIE, headers);
    if (session === undefined || !this.sessions) return undefined;
    const { origin } = headers;
    if (origin !== undefined && this.options.allowedOrigins.includes(origin) && !this.isOwn(origin)) return undefined;
    try {
      return this.verify(session);
    } catch {
      return undefined;
    }
  }

  private isOwn(origin: string): boolean {
    const { allowedOrigins, ownOrigins = allowedOrigins } = this.options;
    return ownOrigins.includes(origin);
  }

  private takeNew(address: string): void {
    const retryAfterMs = this.issued.take(address);
    if (retryAfterMs !== undefined) throw new ParleyError('too_many_requests', { retryAfterMs });
  }

  /** The own origin gets a cookie and never the session itself; others, and programs, the session and no cookie. */
  private hand(issued: IssuedGuestSession, headers: IncomingHttpHeaders): FoundGuest {
    const { principal } = issued;
    return headers.origin !== undefined && this.isOwn(headers.origin)
      ? { principal, setCookie: cookieOf(headers, issued) }
      : { principal, session: issued.session };
  }
}

const cookieOf = (headers: IncomingHttpHeaders, { session, expiresInMs }: IssuedGuestSession) =>
  sessionCookie(GUEST_COOKIE, headers, session, expiresInMs);
