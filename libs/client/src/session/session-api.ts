import type { TokenResponse } from '@parley/protocol';
import { hashingFetch, jsonRequest, type Fetch } from '../core/authorized-fetch';
import { errorOfResponse } from '../core/client-error';
import { httpUrl } from '../core/urls';

export interface SessionApi {
  exchange(body: { code: string; codeVerifier: string; redirectUri: string }): Promise<TokenResponse>;
  refresh(): Promise<TokenResponse>;
  logout(everywhere: boolean, accessToken?: string): Promise<void>;
}

/** `POST /api/session/*`. The refresh token is in an HttpOnly cookie, which only these calls send. */
export function sessionApi(baseUrl: string, given?: Fetch): SessionApi {
  const send = hashingFetch(given ?? ((input, init) => fetch(input, init)));
  const post = <T>(name: string, body: object, headers: Record<string, string> = {}): Promise<T> =>
    jsonRequest(async (url, init) => {
      const all = { ...(init.headers as Record<string, string>), ...headers };
      const response = await send(url, { ...init, headers: all, credentials: 'same-origin', cache: 'no-store' });
      if (!response.ok) throw await errorOfResponse(response);
      return response;
    })('POST', httpUrl(baseUrl, `/api/session/${name}`), body);
  return {
    exchange: (body) => post('token', body),
    refresh: () => post('refresh', {}),
    logout: (everywhere, accessToken) =>
      post('logout', { everywhere }, accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
  };
}
