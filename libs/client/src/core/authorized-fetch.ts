import { bodyHash } from './body-hash';
import { asClientError, errorOfResponse } from './client-error';
import { authorizationOf, type TokenProvider } from '../session/token-provider';

/** As much of `fetch` as this library uses. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  tokenSource: TokenProvider;
  /** Where Parley is. Default: the page's own origin. */
  baseUrl?: string;
  fetch?: Fetch;
}

/** A `fetch` that adds the body's hash. Network errors pass through as they are: the AI SDK knows them by their wording. */
export const hashingFetch =
  (send: Fetch): Fetch =>
  async (input, init) => {
    const headers = new Headers(init.headers);
    const hash = typeof init.body === 'string' ? await bodyHash(init.body) : undefined;
    if (hash !== undefined) headers.set('x-amz-content-sha256', hash);
    return send(input, { ...init, headers });
  };

/**
 * A `fetch` that brings the token. A 401 is answered once with a newer token: the old one may have been withdrawn, or this
 * machine's clock may be wrong about its end. Anything that is not 2xx is thrown as ClientError.
 */
export function authorizedFetch({ tokenSource, fetch: given }: HttpOptions): Fetch {
  const send = hashingFetch(given ?? ((input, init) => fetch(input, init)));
  const attempt = async (input: string, init: RequestInit, token: string): Promise<Response> => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(authorizationOf(tokenSource, token))) headers.set(name, value);
    return send(input, { credentials: 'same-origin', ...init, headers });
  };
  return async (input, init) => {
    const token = await tokenSource.token();
    let response = await attempt(input, init, token);
    if (response.status === 401) response = await attempt(input, init, await tokenSource.token({ refused: token }));
    if (!response.ok) throw await errorOfResponse(response);
    return response;
  };
}

/** The same for calls that answer JSON or nothing, with a limit of time and every error as ClientError. */
export function jsonRequest(send: Fetch, timeoutMs = 20_000) {
  return async <T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const init: RequestInit = { method, signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'content-type': 'application/json' };
    }
    try {
      const response = await send(url, init);
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw asClientError(error);
    }
  };
}
