/**
 * URL of `path` under `base`: `https://x.example`, `https://x.example/app/`, `/app`, or empty for the page's own origin.
 * Throws TypeError for a base that is no http(s) URL.
 */
export function httpUrl(base: string, path: string, query: Record<string, string | number | undefined> = {}): string {
  const origin = typeof location === 'undefined' ? undefined : location.origin;
  const url = new URL(base === '' ? '/' : base, origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('A base URL has to be http or https');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  url.search = '';
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** The same for a WebSocket: http becomes ws, https becomes wss. */
export const socketUrl = (base: string, path: string, query: Record<string, string> = {}): string =>
  httpUrl(base, path, query).replace(/^http/, 'ws');
