import fc from 'fast-check';
import { decomposeUnverifiedJws } from './compact-jws';

const encode = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64url');
const read = (claims: string | Uint8Array) =>
  decomposeUnverifiedJws(`${encode('{"alg":"x"}')}.${encode(claims)}.AAAA`).claims;

it('reads whatever JSON object JSON.stringify writes, pretty or not', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(read(text)).toEqual(JSON.parse(text));
    }),
  );
});

it('refuses an object that has any of its names once more, however it is written, at any depth', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), fc.boolean(), (value, pick, deep) => {
      const names = Object.keys(value);
      const name = names[pick % names.length]!;
      const escaped = `"${[...name].flatMap((char) => char.split('')).map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
      const twice = `${JSON.stringify(value).slice(0, -1)},${escaped} :1}`;
      expect(() => read(deep ? `{"deep":[${twice}]}` : twice)).toThrow('a name twice');
    }),
  );
}); // prettier-ignore

it.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xef, 0xbb, 0xbf]]])('refuses the bytes %j in a text', (bytes) => {
  expect(() => read(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]).subarray(bytes[0] === 0xef ? 6 : 0))).toThrow();
}); // prettier-ignore

it('reads the character that stands for unreadable bytes where it was meant', () => {
  expect(read('{"a":"\ufffd"}')).toEqual({ a: '\ufffd' });
});

describe('a part of a token', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const isRead = (part: string) => {
    try {
      decomposeUnverifiedJws(`${encode('{"alg":"x"}')}.${encode('{}')}.${part}`);
      return true;
    } catch {
      return false;
    }
  };

  it('is read exactly when writing its bytes again gives the same text', () => {
    const text = fc.string({ unit: fc.constantFrom(...ALPHABET, '+', '/', '=', ' ', '\n', 'é', '€'), maxLength: 12 });
    const canonical = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
    const spoilt = fc
      .tuple(canonical, fc.nat(), fc.constantFrom('+', '/', '=', '==', ' ', '\n', '\0', 'é', '€', 'A', ''))
      .map(([part, at, put]) => part.slice(0, at % (part.length + 1)) + put + part.slice((at % (part.length + 1)) + 1));
    fc.assert(
      fc.property(fc.oneof(text, canonical, spoilt), (part) => {
        fc.pre(!part.includes('.'));
        expect(isRead(part)).toBe(part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part);
      }),
      { numRuns: 5_000 },
    );
  });

  it('has one last character of those that mean the same bytes', () => {
    for (const [before, last] of [['', 16], ['A', 4]] as const)
      for (let at = 0; at < 64; at += 1) expect(isRead(`AAAA${before}A${ALPHABET[at]}`)).toBe(at % last === 0);
  }); // prettier-ignore
});
