import { challengeOf, randomText } from './pkce';

describe('PKCE', () => {
  it('makes the challenge of RFC 7636, appendix B', async () => {
    await expect(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).resolves.toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('makes verifiers of 43 unreserved characters, no two alike', () => {
    const made = new Set(Array.from({ length: 100 }, randomText));
    expect(made.size).toBe(100);
    for (const text of made) expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
