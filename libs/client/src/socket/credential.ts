import { BEARER_SUBPROTOCOL, GUEST_SUBPROTOCOL, PROTOCOL_VERSION, type TicketResponse } from '@parley/protocol';
import { authorizedFetch, jsonRequest } from '../core/authorized-fetch';
import { httpUrl, socketUrl } from '../core/urls';
import type { SocketOptions } from './reconnecting-socket';

/**
 * How a socket says who is there: the token as a subprotocol, or a ticket in the URL, good for one use within 30 s, where
 * something on the way does not pass subprotocols on. The token itself is never in a URL.
 */
export type Credential = 'subprotocol' | 'ticket';

/** Where to connect and with what. Throws ClientError when no ticket can be had. */
export async function admissionTo(
  path: string,
  token: string,
  { credential = 'subprotocol', baseUrl = '', fetch, tokenSource }: SocketOptions,
): Promise<{ url: string; protocols: string[] }> {
  if (credential === 'subprotocol') {
    const prefix = tokenSource.credential === 'guest' ? GUEST_SUBPROTOCOL : BEARER_SUBPROTOCOL;
    const protocols = token === '' ? [PROTOCOL_VERSION] : [PROTOCOL_VERSION, prefix + token];
    return { url: socketUrl(baseUrl, path), protocols };
  }
  const request = jsonRequest(authorizedFetch({ tokenSource, baseUrl, fetch }));
  const body = { audience: path === '/ws/voice' ? 'voice' : 'chat' };
  const { ticket } = await request<TicketResponse>('POST', httpUrl(baseUrl, '/api/session/ticket'), body);
  return { url: socketUrl(baseUrl, path, { ticket }), protocols: [PROTOCOL_VERSION] };
}
