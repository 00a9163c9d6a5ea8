import { ParleyError } from '@parley/errors';
import { BEARER_SUBPROTOCOL, GUEST_SUBPROTOCOL } from '@parley/protocol';

/** What a request brought to say who it is. At most one: two different ones are refused, the same in two places is one. */
export interface Credential {
  kind: 'token' | 'ticket' | 'guest';
  value: string;
}

/** The parts of a request that may carry a credential. */
export interface CredentialSource {
  /** Every `Authorization` header: Node keeps only the first of them in `headers`. */
  authorization?: readonly string[];
  /** Every `x-forwarded-authorization`, where the edge is configured to move the viewer's there. Only `Bearer` counts. */
  forwardedAuthorization?: readonly string[];
  /** The `Sec-WebSocket-Protocol` header; sockets only. */
  subprotocols?: string | undefined;
  /** The query; sockets only. On an HTTP route a token in a URL is never read. */
  query?: URLSearchParams | undefined;
}

/**
 * Reads the credential of a request; `undefined` when there is none. Empty values count as none, and so does an
 * `Authorization` of another scheme (`AWS4-HMAC-SHA256` of a signed origin): only `Bearer` and `Guest` are ours.
 *
 * @throws ParleyError `invalid_token` when there are two that differ, or one place has two.
 */
export function readCredential(source: CredentialSource): Credential | undefined {
  const { authorization = [], forwardedAuthorization = [], subprotocols = '', query } = source;
  let found: Credential | undefined;
  const take = (inPlace: readonly Credential[]) => {
    if (inPlace.length > 1) throw refused('one place with two credentials');
    const [one] = inPlace;
    if (found && one && (one.kind !== found.kind || one.value !== found.value))
      throw refused('two credentials that differ');
    found ??= one;
  };
  // Most requests have one of these: the others cost a handshake nothing.
  if (authorization.length > 0) take(authorization.flatMap((header) => ofHeader(header, ['bearer', 'guest'])));
  if (forwardedAuthorization.length > 0) take(forwardedAuthorization.flatMap((header) => ofHeader(header, ['bearer'])));
  if (subprotocols !== '') take(subprotocols.split(',').flatMap(ofSubprotocol));
  if (query) {
    take(query.getAll('token').flatMap((value) => told('token', value)));
    take(query.getAll('ticket').flatMap((value) => told('ticket', value)));
  }
  return found;
}

const told = (kind: Credential['kind'], value: string): Credential[] => (value === '' ? [] : [{ kind, value }]);

function ofHeader(header: string, schemes: readonly string[]): Credential[] {
  const [name = '', ...rest] = header.trim().split(/[ \t]+/);
  const scheme = name.toLowerCase();
  return schemes.includes(scheme) ? told(scheme === 'guest' ? 'guest' : 'token', rest.join(' ')) : [];
}

function ofSubprotocol(offered: string): Credential[] {
  const protocol = offered.trim();
  if (protocol.startsWith(BEARER_SUBPROTOCOL)) return told('token', protocol.slice(BEARER_SUBPROTOCOL.length));
  if (protocol.startsWith(GUEST_SUBPROTOCOL)) return told('guest', protocol.slice(GUEST_SUBPROTOCOL.length));
  return [];
}

const refused = (why: string) => new ParleyError('invalid_token', { cause: new Error(why) });
