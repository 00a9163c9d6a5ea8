import { ParleyError } from '@parley/errors';
import { z } from 'zod';

const TIMEOUT_MS = 5_000;

const tokensSchema = z.object({
  access_token: z.string(),
  id_token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in: z.number().positive(),
});

/** Errors of RFC 6749 5.2 that are not the person's: a wrong secret of ours must not end anybody's session. */
const OURS: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client']);

/** What the pool's token endpoint gives. */
export interface PoolTokens {
  accessToken: string;
  idToken?: string;
  /** There on sign-in, and on each refresh where the client rotates. */
  refreshToken?: string;
  expiresInMs: number;
}

/**
 * The user pool's OAuth endpoints (Cognito: token endpoint, revocation endpoint), called by the server, so that neither the
 * client's secret nor a refresh token is ever in a page.
 */
export class IdentityProvider {
  constructor(
    private readonly options: { domain: string; clientId: string; clientSecret?: string; fetch?: typeof fetch },
  ) {}

  /** @throws ParleyError `token_refused` for a code that is wrong, spent or old; `identity_unavailable` */
  exchangeCode(code: string, codeVerifier: string, redirectUri: string): Promise<PoolTokens> {
    return this.tokens({
      grant_type: 'authorization_code',
      code,
      code_verifier: codeVerifier,
      redirect_uri: redirectUri,
    });
  }

  /** @throws ParleyError `token_refused` when the session is over; `identity_unavailable`, which ends nobody's session */
  refresh(refreshToken: string): Promise<PoolTokens> {
    return this.tokens({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  /** Ends the session of a refresh token at the pool. One that has ended already is fine. @throws ParleyError `identity_unavailable` */
  async revoke(refreshToken: string): Promise<void> {
    const response = await this.post('/oauth2/revoke', { token: refreshToken });
    await response.body?.cancel();
  }

  private async tokens(form: Record<string, string>): Promise<PoolTokens> {
    const response = await this.post('/oauth2/token', form);
    const body: unknown = await response.json().catch(() => undefined);
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      const { error = '' } = (body ?? {}) as { error?: string };
      if (OURS.has(error)) throw unavailable(new Error(`the pool does not take this client: ${error}`));
      throw new ParleyError('token_refused', { cause: new Error(`the pool answered ${response.status}`) });
    }
    const parsed = tokensSchema.safeParse(body);
    if (!response.ok || !parsed.success) throw unavailable(new Error(`the pool answered ${response.status}`));
    const { access_token, id_token, refresh_token, expires_in } = parsed.data;
    return {
      accessToken: access_token,
      expiresInMs: expires_in * 1_000,
      ...(id_token === undefined ? {} : { idToken: id_token }),
      ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    };
  }

  private post(path: string, form: Record<string, string>): Promise<Response> {
    const { domain, clientId, clientSecret, fetch = globalThis.fetch } = this.options;
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
    if (clientSecret !== undefined) {
      headers['authorization'] = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    }
    const body = new URLSearchParams(clientSecret === undefined ? { ...form, client_id: clientId } : form);
    return fetch(domain + path, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw unavailable(error);
    });
  }
}

const unavailable = (cause: unknown) => new ParleyError('identity_unavailable', { cause, retryAfterMs: 2_000 });
