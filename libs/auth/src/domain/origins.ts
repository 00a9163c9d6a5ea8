/**
 * Whether a request from this `Origin` may be served. No `Origin` at all is no browser, and is no danger to one.
 *
 * @param allowed origins exactly as browsers send them (`https://app.example.com`)
 */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes(origin);
}
