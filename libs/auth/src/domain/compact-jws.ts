import { TokenRefused } from './token-refused';

type JsonObject = Record<string, unknown>;

/** A compact JWS taken apart (RFC 7515 7.1). Nothing in it is true before its signature was checked. */
export interface UnverifiedJws {
  header: JsonObject;
  claims: JsonObject;
  signatureBytes: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Takes a compact JWS apart, strictly: there is one text for each token. Two readers that disagree about a token (which of
 * two equal names counts, what stray bits mean) are how a check and its use come to see different things.
 *
 * @throws TokenRefused
 */
export function decomposeUnverifiedJws(token: string): UnverifiedJws {
  const parts = token.split('.');
  if (parts.length !== 3) throw new TokenRefused('not a compact JWS');
  const [header, claims, signature] = parts.map(decodeBase64url) as [Buffer, Buffer, Buffer];
  return {
    header: parseObject(header, 'header'),
    claims: parseObject(claims, 'claims'),
    signatureBytes: signature.length,
  };
}

/** Only the canonical form: no padding, no characters of other alphabets, no stray bits at the end (RFC 4648 3.5). */
function decodeBase64url(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== part) throw new TokenRefused('not canonical base64url');
  return bytes;
}

function parseObject(bytes: Buffer, what: 'header' | 'claims'): JsonObject {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new TokenRefused(`the ${what} is not JSON`);
  }
  if (!isObject(value)) throw new TokenRefused(`the ${what} is not an object`);
  if (namesWritten(text) !== namesRead(value)) throw new TokenRefused(`the ${what} has a name twice`);
  return value;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const STRINGS = /"(?:[^"\\]|\\.)*"[ \t\r\n]*(:?)/g;

/** How many names stand in a JSON text: in valid JSON a string before a colon is one. */
function namesWritten(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(STRINGS)) if (colon) names += 1;
  return names;
}

/** How many names came out of it. `JSON.parse` keeps the last of two equal ones (RFC 8725 2.4 warns of what follows). */
function namesRead(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + namesRead(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + 1 + namesRead(item), 0);
}
