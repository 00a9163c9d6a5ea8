import type { KeyObject } from 'node:crypto';

const MAX_BYTES = 64 << 10;
const MIN_MODULUS_BITS = 2_048;

/**
 * Reads a JWKS document: no redirect, at most 64 KB, within the time. Whatever is not a set with at least one signing key
 * of ours is an outage, not a new key set.
 *
 * @throws Error that says what the key service did
 */
export async function readKeySet(
  uri: string,
  fetch: typeof globalThis.fetch,
  timeoutMs: number,
): Promise<{ keys: object[] }> {
  const response = await fetch(uri, {
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json' },
  });
  if (!response.ok || !response.body) throw new Error(`the key service answered ${response.status}`);
  let bytes = 0;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('the key service answered too much');
    text += decoder.decode(chunk, { stream: true });
  }
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('the key service answered no key set');
  return { keys: keys.filter(isSigningKey) };
}

/** An RSA key for signatures of RS256, by what it says of itself. */
function isSigningKey(key: unknown): key is object {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, kid, use, alg, n, e } = key as Record<string, unknown>;
  if (kty !== 'RSA' || typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') return false;
  return (use === undefined || use === 'sig') && (alg === undefined || alg === 'RS256');
}

/** By what it really is: at least 2048 bits, however long its text. */
export const isUsableKey = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_MODULUS_BITS;
