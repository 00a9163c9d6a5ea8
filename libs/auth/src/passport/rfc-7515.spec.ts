import { createHmac, createPublicKey, verify } from 'node:crypto';
import { keepCredential } from '../testing/evidence';
import { KeySet } from './key-set';
import { PassportTokenVerifier } from './passport-token-verifier';

/** The examples of RFC 7515, appendix A, that carry claims; RFC 7519 3.1 and 6.1 are two of them. */
const CLAIMS = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
const HS256 = keepCredential(
  `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${CLAIMS}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`,
);
const RS256 = keepCredential(
  `eyJhbGciOiJSUzI1NiJ9.${CLAIMS}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
);
const ES256 = keepCredential(
  `eyJhbGciOiJFUzI1NiJ9.${CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
);
const NONE = `eyJhbGciOiJub25lIn0.${CLAIMS}.`;

const HMAC_KEY = Buffer.from(
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  'base64url',
);
const EC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const RSA_KEY = {
  kty: 'RSA',
  e: 'AQAB',
  n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
};
const KID = 'A.2';
const A_MINUTE_BEFORE_THEIR_END = (1_300_819_380 - 60) * 1_000;

let keyRequests = 0;
const keys = new KeySet({
  jwksUri: 'https://keys.example.com',
  fetch: async () => {
    keyRequests += 1;
    return Response.json({
      keys: [
        { ...RSA_KEY, kid: KID },
        { ...EC_KEY, kid: 'A.3' },
      ],
    });
  },
});
const verifier = new PassportTokenVerifier({ issuer: 'joe', clientIds: ['any'] }, keys);

beforeAll(async () => {
  jest.useFakeTimers({ now: A_MINUTE_BEFORE_THEIR_END, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  await keys.start();
});
afterAll(() => {
  keys.stop();
  jest.useRealTimers();
});

const signed = (jws: string) => ({
  input: Buffer.from(jws.slice(0, jws.lastIndexOf('.'))),
  signature: Buffer.from(jws.slice(jws.lastIndexOf('.') + 1), 'base64url'),
});

it('these are the examples: each signature is good by its own algorithm', () => {
  const [hmac, ec] = [signed(HS256), signed(ES256)];
  expect(createHmac('sha256', HMAC_KEY).update(hmac.input).digest()).toEqual(hmac.signature);
  const key = createPublicKey({ key: EC_KEY, format: 'jwk' });
  expect(verify('sha256', ec.input, { key, dsaEncoding: 'ieee-p1363' }, ec.signature)).toBe(true);
});

describe('the engine, below what we ask of a token besides', () => {
  const engine = async (token: string) => verifier['authenticate']({ token, kid: KID });

  it('accepts A.2 (RS256) with the key that the key set made of its JWK', async () => {
    expect(await engine(RS256)).toEqual({ iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true });
  });

  it('refuses A.2 with any bit of its signature or claims changed', async () => {
    const [header, claims, signature] = RS256.split('.') as [string, string, string];
    const flipped = (part: string, bit: number) => {
      const bytes = Buffer.from(part, 'base64url');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      return bytes.toString('base64url');
    };
    for (let bit = 0; bit < 2_048; bit += 1)
      await expect(engine(`${header}.${claims}.${flipped(signature, bit)}`)).rejects.toThrow('invalid signature');
    for (let bit = 0; bit < CLAIMS.length * 6 - 8; bit += 1)
      await expect(engine(`${header}.${flipped(claims, bit)}.${signature}`)).rejects.toThrow();
  });

  it.each([
    ['A.1 (HS256)', HS256, 'invalid algorithm'],
    ['A.3 (ES256)', ES256, 'invalid algorithm'],
    ['A.5 (none)', NONE, 'jwt signature is required'],
  ])('refuses %s by itself', async (_, token, reason) => {
    await expect(engine(token)).rejects.toThrow(reason);
  });
});

it.each([
  ['A.1, RFC 7519 3.1 (HS256)', HS256, 'the signature is too short'],
  ['A.2 (RS256), which names no key', RS256, 'no kid'],
  ['A.3 (ES256)', ES256, 'the signature is too short'],
  ['A.5, RFC 7519 6.1 (none)', NONE, 'not canonical base64url'],
])('nobody signs in with %s', async (_, token, reason) => {
  const before = keyRequests;
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'invalid_token', cause: { message: reason } });
  expect(keyRequests).toBe(before);
});
