import { errorOfResponse, networkError, type ClientError } from '../core/client-error';
import type { Fetch } from '../core/authorized-fetch';
import { httpUrl } from '../core/urls';
import { authorizationOf } from '../session/token-provider';
import type { SocketOptions } from './reconnecting-socket';

const PATH = '/api/session/me';
const TIMEOUT_MS = 5_000;

/** A browser sees only 1006 of a refused handshake; this route says why. Undefined: nothing is wrong with us. */
export async function askWhy(
  { baseUrl = '', fetch: given, tokenSource }: Pick<SocketOptions, 'baseUrl' | 'fetch' | 'tokenSource'>,
  token: string,
): Promise<ClientError | undefined> {
  const send = given ?? ((input, init) => fetch(input, init));
  try {
    const response = await send(httpUrl(baseUrl, PATH), {
      headers: authorizationOf(tokenSource, token),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok ? undefined : await errorOfResponse(response);
  } catch {
    return whyUnreachable(baseUrl, given);
  }
}

/**
 * Why nothing came back from Parley at `baseUrl`: its ClientError `origin_not_allowed` when it does not admit this page, else
 * `network`. A browser calls both a failed request; asked without a credential, and so without a preflight, Parley tells.
 */
export async function whyUnreachable(baseUrl: string, given?: Fetch): Promise<ClientError> {
  const send = given ?? ((input, init) => fetch(input, init));
  try {
    const init: RequestInit = { credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS) };
    const error = await errorOfResponse(await send(httpUrl(baseUrl, PATH), init));
    return error.code === 'origin_not_allowed' ? error : networkError();
  } catch (cause) {
    return networkError(cause);
  }
}
