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
  const offered = subprotocols.split(',').map((protocol) => protocol.trim());
  const places = [
    [...schemes('bearer', 'token', authorization), ...schemes('guest', 'guest', authorization)],
    schemes('bearer', 'token', forwardedAuthorization),
    [...prefixed(BEARER_SUBPROTOCOL, 'token', offered), ...prefixed(GUEST_SUBPROTOCOL, 'guest', offered)],
    all('token', query?.getAll('token')),
    all('ticket', query?.getAll('ticket')),
  ].filter(({ length }) => length > 0);

  if (places.some(({ length }) => length > 1)) throw refused('one place with two credentials');
  const [first, ...others] = places.flat();
  if (first && others.some(({ kind, value }) => kind !== first.kind || value !== first.value))
    throw refused('two credentials that differ');
  return first;
}

const all = (kind: Credential['kind'], values: readonly string[] = []): Credential[] =>
  values.filter((value) => value !== '').map((value) => ({ kind, value }));

const schemes = (scheme: string, kind: Credential['kind'], headers: readonly string[]): Credential[] =>
  all(
    kind,
    headers.map((header) => {
      const [name = '', ...rest] = header.trim().split(/[ \t]+/);
      return name.toLowerCase() === scheme ? rest.join(' ') : '';
    }),
  );

const prefixed = (prefix: string, kind: Credential['kind'], offered: readonly string[]): Credential[] =>
  all(
    kind,
    offered.filter((protocol) => protocol.startsWith(prefix)).map((protocol) => protocol.slice(prefix.length)),
  );

const refused = (why: string) => new ParleyError('invalid_token', { cause: new Error(why) });
