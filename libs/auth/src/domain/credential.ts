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
  // Most requests have one of these: the others cost a handshake nothing.
  if (authorization.length > 0) found = ofHeaders(authorization, ['bearer', 'guest']);
  if (forwardedAuthorization.length > 0) found = same(found, ofHeaders(forwardedAuthorization, ['bearer']));
  if (subprotocols !== '') found = same(found, ofSubprotocols(subprotocols));
  if (query) found = same(same(found, ofQuery('token', query)), ofQuery('ticket', query));
  return found;
}

/** What two places say together. */
function same(found: Credential | undefined, next: Credential | undefined): Credential | undefined {
  if (found && next && (next.kind !== found.kind || next.value !== found.value))
    throw refused('two credentials that differ');
  return found ?? next;
}

/** What one place says, which may say it once. */
function only(found: Credential | undefined, next: Credential | undefined): Credential | undefined {
  if (found && next) throw refused('one place with two credentials');
  return found ?? next;
}

const told = (kind: Credential['kind'], value: string): Credential | undefined =>
  value === '' ? undefined : { kind, value };

function ofHeaders(headers: readonly string[], schemes: readonly string[]): Credential | undefined {
  let found: Credential | undefined;
  for (const header of headers) {
    const [name = '', ...rest] = header.trim().split(/[ \t]+/);
    const scheme = name.toLowerCase();
    if (schemes.includes(scheme)) found = only(found, told(scheme === 'guest' ? 'guest' : 'token', rest.join(' ')));
  }
  return found;
}

function ofSubprotocols(header: string): Credential | undefined {
  let found: Credential | undefined;
  for (const offered of header.split(',')) {
    const protocol = offered.trim();
    if (protocol.startsWith(BEARER_SUBPROTOCOL))
      found = only(found, told('token', protocol.slice(BEARER_SUBPROTOCOL.length)));
    else if (protocol.startsWith(GUEST_SUBPROTOCOL))
      found = only(found, told('guest', protocol.slice(GUEST_SUBPROTOCOL.length)));
  }
  return found;
}

/** A header's subprotocols without those that carry a credential, which nobody behind the edge needs; written as they were. */
export function withoutCredentials(subprotocols: string): string | undefined {
  const others = subprotocols.split(',').filter((offered) => !isCredential(offered.trim()));
  return others.length === 0 ? undefined : others.join(',');
}

const isCredential = (protocol: string) =>
  protocol.startsWith(BEARER_SUBPROTOCOL) || protocol.startsWith(GUEST_SUBPROTOCOL);

function ofQuery(kind: 'token' | 'ticket', query: URLSearchParams): Credential | undefined {
  let found: Credential | undefined;
  for (const value of query.getAll(kind)) found = only(found, told(kind, value));
  return found;
}

const refused = (why: string) => new ParleyError('invalid_token', { cause: new Error(why) });
