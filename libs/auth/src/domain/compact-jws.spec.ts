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
