import type { ClaimResponse, GuestResponse } from '@parley/protocol';
import { authorizedFetch, hashingFetch, jsonRequest, type Fetch } from '../core/authorized-fetch';
import { asClientError, errorOfResponse } from '../core/client-error';
import { systemClock, type Clock } from '../core/clock';
import { httpUrl } from '../core/urls';
import type { Store } from './sign-in-request';
import { exclusively } from './tabs';
import { authorizationOf, type TokenProvider, type TokenWish } from './token-provider';

export interface GuestSourceOptions {
  /** Where Parley is. */
  baseUrl: string;
  /** Where the session is kept between visits. Default: the page's own `localStorage`, or memory where that is blocked. */
  store?: Store;
  fetch?: Fetch;
  clock?: Clock;
}

interface HeldSession {
  /** Empty: the cookie has it. */
  session: string;
  expiresAt: number;
  lifeMs: number;
}

/** A session this close to its end is not handed out: it would end on the way. */
const NEARLY_OVER_MS = 5_000;

/**
 * Makes a visitor a guest. On a page of another allowed origin without a cookie: the signed session is kept in the page's
 * own storage, so it works where third-party cookies are blocked. Renewed when half of its life is over; the tabs of one
 * page make or renew one guest, not one each. On Parley's own origin a guest is a cookie that no script reads; there
 * `token()` sees to it that there is one, and is empty.
 */
export class GuestSource implements TokenProvider {
  readonly credential = 'guest';
  private readonly clock: Clock;
  private readonly store: Store;
  private readonly send: Fetch;
  private readonly key: string;
  private held?: HeldSession;
  private beginning?: Promise<string>;

  constructor(private readonly options: GuestSourceOptions) {
    this.clock = options.clock ?? systemClock;
    this.store = options.store ?? pageStore();
    this.send = hashingFetch(options.fetch ?? ((input, init) => fetch(input, init)));
    // One page may show the widgets of two environments.
    this.key = `parley.guest:${httpUrl(options.baseUrl, '/')}`;
  }

  async token({ minValidityMs = 0, refused }: TokenWish = {}): Promise<string> {
    this.held ??= this.read();
    const held = refused !== undefined && this.held?.session === refused ? undefined : this.held;
    const leftMs = held === undefined ? 0 : held.expiresAt - this.clock.now();
    if (held !== undefined && leftMs > Math.max(minValidityMs, held.lifeMs / 2)) return held.session;
    const known = leftMs > NEARLY_OVER_MS ? held?.session : undefined;
    const work = async () => this.takeOver(known, refused) ?? (await this.begin(known));
    this.beginning ??= exclusively(this.key, work).finally(() => (this.beginning = undefined));
    try {
      return await this.beginning;
    } catch (error) {
      // An outage takes no session away that is still good.
      if (held === undefined || leftMs <= NEARLY_OVER_MS) throw error;
      return held.session;
    }
  }

  /**
   * Makes what the guest said the user's, and forgets the guest; resolves with the ids of the conversations, none when
   * there was no guest or his session is over. Rejects with ClientError and keeps the guest when the service could not be
   * asked.
   */
  async claim(user: TokenProvider): Promise<string[]> {
    const held = this.held ?? this.read();
    const isOver = held !== undefined && held.expiresAt <= this.clock.now();
    if (isOver) this.forget();
    const session = isOver ? undefined : held?.session;
    if (session === undefined && !this.isOwnOrigin) return [];
    const { baseUrl, fetch: given } = this.options;
    const request = jsonRequest(authorizedFetch({ tokenSource: user, fetch: given }));
    const url = httpUrl(baseUrl, '/api/session/claim');
    const { conversations } = await request<ClaimResponse>('POST', url, session ? { session } : {});
    // Another guest may have begun meanwhile; that one stays.
    if ((this.held ?? this.read())?.session === session) this.forget();
    return conversations;
  }

  /** What another tab put into the store while this one waited for its turn. */
  private takeOver(known: string | undefined, refused: string | undefined): string | undefined {
    const kept = this.read();
    if (kept === undefined || kept.session === known || kept.session === refused) return undefined;
    if (kept.expiresAt - this.clock.now() <= kept.lifeMs / 2) return undefined;
    this.held = kept;
    return kept.session;
  }

  private async begin(known: string | undefined): Promise<string> {
    const answer = await this.ask(known).catch((thrown: unknown) => {
      const error = asClientError(thrown);
      if (known === undefined || error.status !== 401) throw error;
      return this.ask(undefined); // the session was withdrawn: a new guest
    });
    const { session = '', expiresInMs } = answer;
    this.held = { session, expiresAt: this.clock.now() + expiresInMs, lifeMs: expiresInMs };
    if (session === '') return session;
    try {
      this.store.setItem(this.key, JSON.stringify(this.held));
    } catch {
      // Full or blocked: the guest lasts as long as the page.
    }
    return session;
  }

  private ask(known: string | undefined): Promise<GuestResponse> {
    const headers = authorizationOf(this, known ?? '');
    const credentials = this.isOwnOrigin ? 'same-origin' : 'omit';
    const request = jsonRequest(async (url, init) => {
      const all = { ...(init.headers as Record<string, string>), ...headers };
      const response = await this.send(url, { ...init, headers: all, credentials, cache: 'no-store' });
      if (!response.ok) throw await errorOfResponse(response);
      return response;
    });
    return request('POST', httpUrl(this.options.baseUrl, '/api/session/guest'), {});
  }

  /** Where a guest is a cookie. There may be one from an earlier visit of which this object knows nothing. */
  private get isOwnOrigin(): boolean {
    const page = typeof location === 'undefined' ? undefined : location.origin;
    return page === new URL(httpUrl(this.options.baseUrl, '/')).origin;
  }

  private forget(): void {
    this.held = undefined;
    try {
      this.store.removeItem(this.key);
    } catch {
      // Blocked: nothing was kept there.
    }
  }

  private read(): HeldSession | undefined {
    try {
      const held = JSON.parse(this.store.getItem(this.key) ?? '{}') as Partial<HeldSession>;
      const { session, expiresAt, lifeMs } = held;
      if (typeof session === 'string' && typeof expiresAt === 'number' && typeof lifeMs === 'number')
        return { session, expiresAt, lifeMs };
    } catch {
      // Blocked, or not ours.
    }
    return undefined;
  }
}

/** Reading `localStorage` throws where storage is blocked; a store that keeps nothing then stands in for it. */
function pageStore(): Store {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}
