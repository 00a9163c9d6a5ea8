import { ClientError } from '../core/client-error';
import { challengeOf, randomText } from './pkce';

/** As much of the Web Storage as is used; `sessionStorage` by default, so that a sign-in ends with its tab. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'parley.signIn';

interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  returnTo: string;
}

export interface SignInRequest {
  /** The sign-in domain, with or without a trailing slash. */
  domain: string;
  clientId: string;
  redirectUri: string;
  scope: string;
  /** A path of this page to come back to. */
  returnTo: string;
}

/** The address to send the person to; what must be remembered until they are back is in `store`. */
export async function beginSignIn(store: Store, request: SignInRequest): Promise<string> {
  const pending: Pending = {
    state: randomText(),
    nonce: randomText(),
    verifier: randomText(),
    returnTo: request.returnTo,
  };
  store.setItem(KEY, JSON.stringify(pending));
  const url = new URL(`${request.domain.replace(/\/+$/, '')}/oauth2/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

const failure = (code: string, message: string): ClientError => new ClientError({ code, kind: 'denied', message });

/**
 * Code and verifier from the address the person came back to. The remembered state is used up by this, whatever comes of
 * it. Throws ClientError `sign_in_refused` for an error of the sign-in page and `sign_in_unknown` for an answer that
 * this tab did not ask for.
 */
export function endSignIn(store: Store, url: string): { code: string; verifier: string; returnTo: string } {
  const answer = new URL(url).searchParams;
  const kept = store.getItem(KEY);
  store.removeItem(KEY);
  const pending = kept === null ? undefined : (JSON.parse(kept) as Pending);
  if (pending === undefined || answer.get('state') !== pending.state) {
    throw failure('sign_in_unknown', 'This sign-in was not begun in this tab, or it was completed before.');
  }
  const code = answer.get('code');
  if (answer.has('error') || code === null) throw failure('sign_in_refused', 'The sign-in was not completed.');
  return { code, verifier: pending.verifier, returnTo: ownPath(pending.returnTo) };
}

/** Only a path of this page: `//elsewhere.example` and `/\elsewhere.example` would lead away from it. */
const ownPath = (path: string): string => (/^\/(?![/\\])/.test(path) ? path : '/');
