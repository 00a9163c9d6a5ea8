import { errorOfResponse, networkError, type ClientError } from '../core/client-error';
import { httpUrl } from '../core/urls';
import type { SocketOptions } from './reconnecting-socket';

/** A browser sees only 1006 of a refused handshake; this route says why. Undefined: nothing is wrong with us. */
export async function askWhy(
  { baseUrl = '', fetch: given }: Pick<SocketOptions, 'baseUrl' | 'fetch'>,
  token: string | undefined,
): Promise<ClientError | undefined> {
  const send = given ?? ((input, init) => fetch(input, init));
  try {
    const response = await send(httpUrl(baseUrl, '/api/session/me'), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? undefined : await errorOfResponse(response);
  } catch {
    return networkError();
  }
}
