import { readSessionCookie, sessionCookie, type SessionCookie } from '@parley/auth';
import type { Request, Response } from 'express';

/** As long as Cognito keeps a refresh token by default. */
const LIFETIME_MS = 30 * 24 * 3_600_000;
const REFRESH_COOKIE: SessionCookie = { name: 'parley_refresh', path: '/api/session', sameSite: 'strict' };

/** The refresh token that the browser holds for us, or `undefined`. */
export function readRefreshCookie({ headers }: Request): string | undefined {
  return readSessionCookie(REFRESH_COOKIE, headers);
}

/** Gives the browser a refresh token to keep: no script sees it, and it comes back to the session routes only. */
export function setRefreshCookie({ headers }: Request, response: Response, refreshToken: string): void {
  response.append('set-cookie', sessionCookie(REFRESH_COOKIE, headers, refreshToken, LIFETIME_MS));
}

export function clearRefreshCookie({ headers }: Request, response: Response): void {
  response.append('set-cookie', sessionCookie(REFRESH_COOKIE, headers, '', 0));
}
