/**
 * SHA-256 of the exact bytes of a body, as 64 hex digits: the value of `x-amz-content-sha256`, without which CloudFront's
 * origin access control cannot sign a request that has a body. Undefined where the page has no `crypto.subtle`: outside
 * https and localhost, where no such origin exists either.
 */
export async function bodyHash(body: string): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
