import { createHash, randomBytes } from 'node:crypto';
import type { Issuer } from './start-issuer';

/** Reads the public half of a token without checking it. */
export function decodeUnverified(token: string, part: 0 | 1 = 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

export interface TokenSet {
  access_token: string;
  id_token: string;
  refresh_token: string;
  expires_in: number;
  token_type: string;
}

/** A person with a browser, as far as a sign-in needs one: keeps cookies, follows redirects, presses a button. */
export class TestBrowser {
  private readonly cookies = new Map<string, string>();

  constructor(
    public issuer: Issuer,
    readonly redirectUri: string,
    readonly clientId = issuer.spaClientId,
  ) {}

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(new URL(url, this.issuer.domain), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  authorizeUrl(codeVerifier: string, more: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      scope: 'openid email profile',
      state: 'state-1',
      nonce: 'nonce-1',
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    });
    return `${this.issuer.domain}/oauth2/authorize?${query}`;
  }

  /** Signs in through the page and returns where the browser was sent back to. */
  async signIn(user: string, codeVerifier: string): Promise<URL> {
    const begun = await this.fetch(this.authorizeUrl(codeVerifier));
    let location = begun.headers.get('location') ?? '';
    if (!location.startsWith(this.redirectUri)) {
      const page = await (await this.fetch(location)).text();
      const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1] ?? '';
      const interaction = /name="interaction" value="([^"]+)"/.exec(page)?.[1] ?? '';
      const pressed = await this.fetch(action, { method: 'POST', body: new URLSearchParams({ interaction, user }) });
      const resumed = await this.fetch(pressed.headers.get('location') ?? '');
      location = resumed.headers.get('location') ?? '';
    }
    return new URL(location);
  }

  async signInForTokens(user: string): Promise<TokenSet> {
    const codeVerifier = randomBytes(32).toString('base64url');
    const back = await this.signIn(user, codeVerifier);
    const answer = await this.token({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: this.redirectUri,
      code_verifier: codeVerifier,
    });
    if (!answer.ok) throw new Error(`The code was refused: ${await answer.text()}`);
    return (await answer.json()) as TokenSet;
  }

  token(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const client: Record<string, string> = headers['authorization'] ? {} : { client_id: this.clientId };
    return fetch(`${this.issuer.domain}/oauth2/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ ...client, ...form }),
    });
  }

  refresh(refreshToken: string): Promise<Response> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }
}
