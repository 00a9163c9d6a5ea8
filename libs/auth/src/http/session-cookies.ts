import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

/** A cookie of ours: always HttpOnly, and `Secure` with its prefix except on plain-http pages of this very machine. */
export interface SessionCookie {
  name: string;
  path: string;
  sameSite: 'strict' | 'lax';
}

export const GUEST_COOKIE: SessionCookie = { name: 'parley_guest', path: '/', sameSite: 'lax' };

type Headers = Pick<IncomingHttpHeaders, 'cookie' | 'origin' | 'host'>;

/** Browsers keep no Secure cookie of a plain-http page; a deployment is never asked for under such a name by a browser. */
function isSecure({ origin, host = '' }: Headers): boolean {
  return !/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin ?? `http://${host}`);
}

const nameOf = (cookie: SessionCookie, headers: Headers) => (isSecure(headers) ? '__Secure-' : '') + cookie.name;

/**
 * What the browser keeps for us, or `undefined`. Two that differ are none: a neighbouring subdomain can put one of its own
 * before ours (RFC 6265 8.6), and whoever came first would decide as whom the person speaks.
 */
export function readSessionCookie(cookie: SessionCookie, headers: Headers): string | undefined {
  const name = nameOf(cookie, headers);
  const all = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const [pair = '', ...others] = new Set(all.filter((each) => each.startsWith(`${name}=`)));
  return others.length === 0 ? parseCookie(pair)[name] || undefined : undefined;
}

/** A `Set-Cookie` that gives the browser something to keep: no script sees it. An empty value takes it away. */
export function sessionCookie(cookie: SessionCookie, headers: Headers, value: string, lifetimeMs: number): string {
  return stringifySetCookie({
    name: nameOf(cookie, headers),
    value,
    httpOnly: true,
    secure: isSecure(headers),
    sameSite: cookie.sameSite,
    path: cookie.path,
    maxAge: Math.floor((value === '' ? 0 : lifetimeMs) / 1_000),
  });
}
