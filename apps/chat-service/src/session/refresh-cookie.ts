import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';

/** As long as Cognito keeps a refresh token by default. */
const LIFETIME_S = 30 * 24 * 3_600;
const PATH = '/api/session';
const PLAIN = 'parley_refresh';
const SECURE = `__Secure-${PLAIN}`;

/** `Secure` is left off for plain-http pages of this very machine only: browsers would not keep the cookie there. */
function isSecure(request: Request): boolean {
  return !/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(request.headers.origin ?? '');
}

/** The refresh token that the browser holds for us, or `undefined`. */
export function readRefreshCookie(request: Request): string | undefined {
  const cookies = parseCookie(request.headers.cookie ?? '');
  return cookies[isSecure(request) ? SECURE : PLAIN] || undefined;
}

/** Gives the browser a refresh token to keep: no script sees it, and it comes back to the session routes only. */
export function setRefreshCookie(request: Request, response: Response, refreshToken: string): void {
  write(request, response, refreshToken, LIFETIME_S);
}

export function clearRefreshCookie(request: Request, response: Response): void {
  write(request, response, '', 0);
}

function write(request: Request, response: Response, value: string, maxAge: number): void {
  const secure = isSecure(request);
  response.append(
    'set-cookie',
    stringifySetCookie({
      name: secure ? SECURE : PLAIN,
      value,
      httpOnly: true,
      secure,
      sameSite: 'strict',
      path: PATH,
      maxAge,
    }),
  );
}
