import type { TokenResponse } from '@parley/protocol';
import type { Fetch } from '../core/authorized-fetch';
import { asClientError, signedOutError, type ClientError } from '../core/client-error';
import { backoffMs, systemClock, type Clock, type Timer } from '../core/clock';
import { Subject, type Observable } from '../core/observable';
import { sessionApi, type SessionApi } from './session-api';
import { beginSignIn, endSignIn, type Store } from './sign-in-request';
import { browserTabs, type Tabs } from './tabs';
import type { TokenProvider, TokenWish } from './token-provider';

export type SessionUser = TokenResponse['user'];

export type SessionState =
  | { name: 'signed-out' }
  | { name: 'signing-in' }
  | { name: 'signed-in'; user: SessionUser }
  /** `retrying`: it tries again by itself, as after an outage; otherwise a person has to act. */
  | { name: 'failed'; error: ClientError; retrying: boolean };

export interface TokenSourceOptions {
  /** The sign-in domain: `<domain>/oauth2/authorize`, `<domain>/logout`. */
  domain: string;
  clientId: string;
  /** Where the sign-in page sends people back to; there, call `completeSignIn`. Default `<origin>/auth/callback`. */
  redirectUri?: string;
  /** Where they are sent after signing out. Default `<origin>/`. */
  logoutUri?: string;
  /** Default `openid email profile`. */
  scope?: string;
  /** Where Parley is. Default: the page's own origin. */
  baseUrl?: string;
  fetch?: Fetch;
  clock?: Clock;
  random?: () => number;
  store?: Store;
  /** Leaves the page. Default `location.assign`. */
  navigate?: (url: string) => void;
  tabs?: (heard: (message: TabMessage) => void) => Tabs<TabMessage>;
}

interface HeldToken {
  accessToken: string;
  expiresAt: number;
  user: SessionUser;
}
export type TabMessage = { type: 'token'; held: HeldToken } | { type: 'signed-out' };

/** A token this close to its end is not handed out: it would end on the way. */
const NEARLY_OVER_MS = 5_000;
/** Renewed this long before its end, or at three quarters of a shorter life: before the server's `tokenExpiring` (60 s). */
const AHEAD_MS = 90_000;

/**
 * Signs in by authorization code + PKCE and keeps an access token fresh, in memory only. The code is exchanged by the
 * server, and the refresh token stays in its HttpOnly cookie. Tabs share one renewal, and a sign-out. An outage signs
 * nobody out: only a refusal does.
 */
export class TokenSource implements TokenProvider {
  private readonly current = new Subject<SessionState>({ name: 'signed-out' });
  readonly state: Observable<SessionState> = this.current;

  private readonly api: SessionApi;
  private readonly tabs: Tabs<TabMessage>;
  private readonly clock: Clock;
  private held?: HeldToken;
  private renewing?: Promise<void>;
  private timer?: Timer;
  private failures = 0;
  private lastFailure?: ClientError;
  /** Raised by each sign-out: a renewal begun before it must not sign in again. */
  private era = 0;

  constructor(private readonly options: TokenSourceOptions) {
    this.clock = options.clock ?? systemClock;
    this.api = sessionApi(options.baseUrl ?? '', options.fetch);
    this.tabs = (options.tabs ?? ((heard) => browserTabs('parley.session', heard)))((message) => this.heard(message));
  }

  /** The silent sign-in of a page that was just loaded, by the cookie; also "try again now" after a failure. */
  async restore(): Promise<void> {
    if (this.current.get().name !== 'signed-in') this.current.set({ name: 'signing-in' });
    this.lastFailure = undefined;
    await this.renew().catch(() => undefined); // the state says what came of it
  }

  /** Leaves the page for the sign-in page. `returnTo` is the path to show afterwards; default: where the person is. */
  async signIn(returnTo = `${location.pathname}${location.search}`): Promise<void> {
    this.current.set({ name: 'signing-in' });
    const { domain, clientId, scope = 'openid email profile' } = this.options;
    const request = { domain, clientId, scope, redirectUri: this.redirectUri, returnTo };
    this.leaveTo(await beginSignIn(this.store, request));
  }

  /**
   * Ends a sign-in at the redirect address; `url` is the whole address there. Answers with the path to show. Throws
   * ClientError (`sign_in_unknown`, `sign_in_refused`, or what the service said), which the state carries too.
   */
  async completeSignIn(url: string): Promise<string> {
    this.current.set({ name: 'signing-in' });
    try {
      const { code, verifier, returnTo } = endSignIn(this.store, url);
      const era = this.era;
      const answer = await this.api.exchange({ code, codeVerifier: verifier, redirectUri: this.redirectUri });
      this.take(answer, era);
      return returnTo;
    } catch (thrown) {
      const error = asClientError(thrown);
      this.current.set({ name: 'failed', error, retrying: false });
      throw error;
    }
  }

  async token({ minValidityMs = 0, refused }: TokenWish = {}): Promise<string> {
    const usable = (forMs: number): string | undefined => {
      const held = this.held;
      return held !== undefined && held.accessToken !== refused && held.expiresAt - this.clock.now() > forMs
        ? held.accessToken
        : undefined;
    };
    const present = usable(Math.max(minValidityMs, NEARLY_OVER_MS));
    if (present !== undefined) return present;
    if (this.current.get().name === 'signed-out') throw signedOutError();
    try {
      // While it waits to try again after an outage, callers are told at once instead of joining the crowd.
      if (this.lastFailure !== undefined && this.renewing === undefined) throw this.lastFailure;
      await this.renew();
    } catch (error) {
      const last = usable(0);
      if (last === undefined) throw error;
      return last;
    }
    const renewed = usable(0);
    if (renewed === undefined) throw signedOutError();
    return renewed;
  }

  /**
   * Signs out here and in the other tabs, then at the sign-in domain; `everywhere` ends all sessions of this person.
   * Throws ClientError and stays signed in when the service could not be reached: the cookie would sign in again.
   */
  async signOut({ everywhere = false }: { everywhere?: boolean } = {}): Promise<void> {
    try {
      await this.tabs.exclusively(() => this.api.logout(everywhere, this.held?.accessToken));
    } catch (error) {
      if (asClientError(error).status !== 401) throw error; // a session that is over already is what was wanted
    }
    this.forget();
    this.tabs.tell({ type: 'signed-out' });
    const { domain, clientId, logoutUri = `${location.origin}/` } = this.options;
    const query = new URLSearchParams({ client_id: clientId, logout_uri: logoutUri });
    this.leaveTo(`${domain.replace(/\/+$/, '')}/logout?${query}`);
  }

  /** Ends timers and the talk between tabs. */
  close(): void {
    this.clock.cancel(this.timer);
    this.era += 1;
    this.tabs.close();
  }

  private renew(): Promise<void> {
    this.renewing ??= this.renewOnce().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renewOnce(): Promise<void> {
    const { era } = this;
    const before = this.held;
    this.clock.cancel(this.timer);
    try {
      await this.tabs.exclusively(async () => {
        // While this tab waited for its turn, another may have renewed for all.
        if (this.held === before && era === this.era) this.take(await this.api.refresh(), era);
      });
    } catch (thrown) {
      const error = asClientError(thrown);
      if (era === this.era) this.renewalFailed(error);
      throw error;
    }
  }

  private renewalFailed(error: ClientError): void {
    if (error.status === 401) {
      this.forget();
      this.tabs.tell({ type: 'signed-out' });
      return;
    }
    const retrying = error.kind === 'unavailable' || error.kind === 'fault';
    if (this.held === undefined) this.current.set({ name: 'failed', error, retrying });
    if (!retrying) return;
    this.lastFailure = error;
    this.failures += 1;
    const wait = backoffMs(this.failures, { firstMs: 1_000, maxMs: 30_000, random: this.options.random });
    this.renewIn(Math.max(wait, error.retryAfterMs ?? 0));
  }

  private take({ accessToken, expiresInMs, user }: TokenResponse, era: number): void {
    if (era !== this.era) return;
    const held = { accessToken, expiresAt: this.clock.now() + expiresInMs, user };
    this.hold(held);
    this.tabs.tell({ type: 'token', held });
  }

  private hold(held: HeldToken): void {
    const known = this.current.get();
    this.held = held;
    this.failures = 0;
    this.lastFailure = undefined;
    if (known.name !== 'signed-in' || JSON.stringify(known.user) !== JSON.stringify(held.user)) {
      this.current.set({ name: 'signed-in', user: held.user });
    }
    const lifeMs = held.expiresAt - this.clock.now();
    this.renewIn(lifeMs - Math.min(AHEAD_MS, lifeMs / 4));
  }

  private forget(): void {
    this.era += 1;
    this.held = undefined;
    this.lastFailure = undefined;
    this.clock.cancel(this.timer);
    this.current.set({ name: 'signed-out' });
  }

  private heard(message: TabMessage): void {
    if (message.type === 'signed-out') this.forget();
    else if (message.type === 'token' && message.held.expiresAt > (this.held?.expiresAt ?? 0)) this.hold(message.held);
  }

  private renewIn(ms: number): void {
    this.clock.cancel(this.timer);
    // setTimeout holds 31 bits of milliseconds; a longer one would fire at once.
    this.timer = this.clock.after(Math.min(ms, 2 ** 31 - 1), () => void this.renew().catch(() => undefined));
  }

  private get redirectUri(): string {
    return this.options.redirectUri ?? `${location.origin}/auth/callback`;
  }
  private get store(): Store {
    return this.options.store ?? sessionStorage;
  }
  private leaveTo(url: string): void {
    (this.options.navigate ?? ((to) => location.assign(to)))(url);
  }
}
