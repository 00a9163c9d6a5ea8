import { isUtf8 } from 'node:buffer';
import { LIMITS } from '@parley/protocol';
import { tokenRefused } from './token-refused';

type JsonObject = Record<string, unknown>;

/** A compact JWS taken apart (RFC 7515 7.1). Nothing in it is true before its signature was checked. */
export interface UnverifiedJws {
  header: Readonly<JsonObject>;
  claims: JsonObject;
  signatureBytes: number;
}

/**
 * Takes a compact JWS apart, strictly: there is one text for each token. Two readers that disagree about a token (which of
 * two equal names counts, what stray bits mean) are how a check and its use come to see different things.
 *
 * @throws TokenRefused
 */
export function decomposeUnverifiedJws(token: string): UnverifiedJws {
  const claimsAt = token.indexOf('.') + 1;
  const signatureAt = token.indexOf('.', claimsAt) + 1;
  if (claimsAt === 0 || signatureAt === 0 || token.includes('.', signatureAt)) throw tokenRefused('not a compact JWS');
  // Node reads the other alphabet of base64 too.
  if (token.includes('+') || token.includes('/')) throw tokenRefused('not canonical base64url');
  return {
    header: readHeader(token.slice(0, claimsAt - 1)),
    claims: parseObject(token.slice(claimsAt, signatureAt - 1), 'claims'),
    signatureBytes: decode(token.slice(signatureAt)),
  };
}

let lastHeader: { text: string; header: Readonly<JsonObject> } | undefined;

/** All tokens of a key have the same header: it is read once in a row. */
function readHeader(text: string): Readonly<JsonObject> {
  if (lastHeader?.text !== text) lastHeader = { text, header: Object.freeze(parseObject(text, 'header')) };
  return lastHeader.header;
}

/** Room for the longest part of a token that is read at all. */
const bytes = Buffer.allocUnsafe(LIMITS.token);

/** What a part may end with that has so many characters beyond its last four: no stray bits (RFC 4648 3.5). */
const LAST = ['', '', 'AQgw', 'AEIMQUYcgkosw048'] as const;

/**
 * Decodes a part into `bytes` and tells how many they are. Only the canonical form: no padding, no characters of other
 * alphabets (Node skips them: there are fewer bytes then than characters), no stray bits at the end.
 */
function decode(part: string): number {
  const beyond = part.length % 4;
  const isWhole = part !== '' && bytes.write(part, 'base64url') === Math.floor((part.length * 3) / 4);
  if (!isWhole || (beyond > 0 && !LAST[beyond]!.includes(part.at(-1)!))) throw tokenRefused('not canonical base64url');
  return Math.floor((part.length * 3) / 4);
}

function parseObject(part: string, what: 'header' | 'claims'): JsonObject {
  const length = decode(part);
  const text = bytes.toString('utf8', 0, length);
  // Whatever is no UTF-8 is read as this character, which may also stand there by itself.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(0, length))) throw tokenRefused(`the ${what} is not UTF-8`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw tokenRefused(`the ${what} is not JSON`);
  }
  if (!isObject(value)) throw tokenRefused(`the ${what} is not an object`);
  if (namesWritten(text) !== namesRead(value)) throw tokenRefused(`the ${what} has a name twice`);
  return value;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** How many names stand in a JSON text that parsed: outside of its strings each colon follows one. */
function namesWritten(text: string): number {
  let names = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COLON) names += 1;
    else if (code === QUOTE) at = closingQuote(text, at + 1);
  }
  return names;
}

/** The quote that ends a string: one with an even number of backslashes before it. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

/** How many names came out of it. `JSON.parse` keeps the last of two equal ones (RFC 8725 2.4 warns of what follows). */
function namesRead(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = 0;
  if (Array.isArray(value)) for (const item of value) names += namesRead(item);
  else for (const name in value) names += 1 + namesRead((value as JsonObject)[name]);
  return names;
}
