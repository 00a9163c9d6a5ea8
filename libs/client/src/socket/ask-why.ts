import { errorOfResponse, networkError, type ClientError } from '../core/client-error';
import { httpUrl } from '../core/urls';
import { authorizationOf } from '../session/token-provider';
import type { SocketOptions } from './reconnecting-socket';

/** A browser sees only 1006 of a refused handshake; this route says why. Undefined: nothing is wrong with us. */
export async function askWhy(
  { baseUrl = '', fetch: given, tokenSource }: Pick<SocketOptions, 'baseUrl' | 'fetch' | 'tokenSource'>,
  token: string,
): Promise<ClientError | undefined> {
  const send = given ?? ((input, init) => fetch(input, init));
  try {
    const response = await send(httpUrl(baseUrl, '/api/session/me'), {
      headers: { authorization: authorizationOf(tokenSource, token) },
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? undefined : await errorOfResponse(response);
  } catch {
    return networkError();
  }
}
