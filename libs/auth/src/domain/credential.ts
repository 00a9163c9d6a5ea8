import { ParleyError } from '@parley/errors';
import { BEARER_SUBPROTOCOL } from '@parley/protocol';

/** What a request brought to say who it is. At most one: two different ones are refused, the same in two places is one. */
export type Credential = { kind: 'token'; value: string } | { kind: 'ticket'; value: string };

/** The parts of a request that may carry a credential. */
export interface CredentialSource {
  /** The `Authorization` header. */
  authorization?: string | undefined;
  /** The `Sec-WebSocket-Protocol` header; sockets only. */
  subprotocols?: string | undefined;
  /** The query; sockets only. On an HTTP route a token in a URL is never read. */
  query?: URLSearchParams | undefined;
}

/**
 * Reads the credential of a request; `undefined` when there is none. Empty values count as none, and so does an
 * `Authorization` of another scheme: only `Bearer` is ours.
 *
 * @throws ParleyError `invalid_token` when there are two that differ.
 */
export function readCredential({ authorization, subprotocols, query }: CredentialSource): Credential | undefined {
  const found: Credential[] = [];
  const bearer = /^bearer[ \t]+(.*)$/i.exec(authorization?.trim() ?? '')?.[1]?.trim();
  if (bearer) found.push({ kind: 'token', value: bearer });
  for (const offered of subprotocols?.split(',') ?? []) {
    const protocol = offered.trim();
    if (!protocol.startsWith(BEARER_SUBPROTOCOL)) continue;
    const value = protocol.slice(BEARER_SUBPROTOCOL.length);
    if (value) found.push({ kind: 'token', value });
  }
  for (const value of query?.getAll('token') ?? []) if (value) found.push({ kind: 'token', value });
  for (const value of query?.getAll('ticket') ?? []) if (value) found.push({ kind: 'ticket', value });

  const [first, ...others] = found;
  if (first && others.some(({ kind, value }) => kind !== first.kind || value !== first.value)) {
    throw new ParleyError('invalid_token', { cause: new Error('two credentials that differ') });
  }
  return first;
}
