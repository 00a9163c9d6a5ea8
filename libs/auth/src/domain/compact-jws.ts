import { isUtf8 } from 'node:buffer';
import { TokenRefused } from './token-refused';

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
  const parts = token.split('.');
  if (parts.length !== 3) throw new TokenRefused('not a compact JWS');
  const [header, claims, signature] = parts as [string, string, string];
  return {
    header: readHeader(header),
    claims: parseObject(decode(claims), 'claims'),
    signatureBytes: decode(signature).length,
  };
}

let lastHeader: { text: string; header: Readonly<JsonObject> } | undefined;

/** All tokens of a key have the same header: it is read once in a row. */
function readHeader(text: string): Readonly<JsonObject> {
  if (lastHeader?.text !== text) lastHeader = { text, header: Object.freeze(parseObject(decode(text), 'header')) };
  return lastHeader.header;
}

/**
 * Only the canonical form: no padding, no characters of other alphabets, no stray bits at the end (RFC 4648 3.5). Node reads
 * all of these, but writes none of them.
 */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (part === '' || bytes.toString('base64url') !== part) throw new TokenRefused('not canonical base64url');
  return bytes;
}

function parseObject(bytes: Buffer, what: 'header' | 'claims'): JsonObject {
  if (!isUtf8(bytes)) throw new TokenRefused(`the ${what} is not UTF-8`);
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TokenRefused(`the ${what} is not JSON`);
  }
  if (!isObject(value)) throw new TokenRefused(`the ${what} is not an object`);
  // What is written again as it was read has no name twice; another way to write it costs counting.
  if (JSON.stringify(value) !== text && namesWritten(text) !== namesRead(value))
    throw new TokenRefused(`the ${what} has a name twice`);
  return value;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const COLON = 0x3a;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** How many names stand in a JSON text that parsed: a string before a colon is one. */
function namesWritten(text: string): number {
  let names = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    let after = closingQuote(text, open + 1) + 1;
    while (text.charCodeAt(after) <= SPACE) after += 1;
    if (text.charCodeAt(after) === COLON) names += 1;
    open = text.indexOf('"', after);
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
  const items = Object.values(value);
  let names = Array.isArray(value) ? 0 : items.length;
  for (const item of items) names += namesRead(item);
  return names;
}
