import { ORIGIN, PARTNER, startExample, type Example } from '../testing/example-service';

let example: Example;
beforeAll(async () => void (example = await startExample()));
afterAll(() => example.close());

const preflight = (origin: string) =>
  fetch(`${example.url}/api/closed`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });

it.each([ORIGIN, PARTNER])('lets a page of %s call with its own Authorization, without cookies', async (origin) => {
  const response = await preflight(origin);
  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  expect(response.headers.get('access-control-allow-headers')).toMatch(
    /authorization.*content-type.*last-event-id.*x-amz-content-sha256/,
  );
  expect(response.headers.get('access-control-allow-methods')).toContain('PATCH');
  expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  expect(response.headers.get('vary')).toContain('Origin');
});

it('says nothing to pages of other origins', async () => {
  for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`]) {
    const response = await preflight(origin);
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, null]);
    expect(response.headers.get('access-control-allow-methods')).toBeNull();
  }
});

it('lets the page read answers and refusals alike, and why it has to wait', async () => {
  const refused = await fetch(`${example.url}/api/closed`, { headers: { origin: PARTNER } });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, PARTNER]);
  expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after');
});

it('a request without a page, and an OPTIONS that is no preflight, are what they were', async () => {
  const plain = await fetch(`${example.url}/api/open`);
  expect([plain.status, plain.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  expect((await fetch(`${example.url}/api/closed`, { method: 'OPTIONS', headers: { origin: ORIGIN } })).status).not.toBe(204);
}); // prettier-ignore

it('tells a page of another origin that its origin is the reason, where it asks why', async () => {
  const ask = (headers: Record<string, string>) => fetch(`${example.url}/api/session/me`, { headers });
  const refused = await ask({ origin: 'https://evil.example' });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, '*']);
  expect(await refused.json()).toMatchObject({ code: 'origin_not_allowed', kind: 'denied', status: 403 });
  // Not where a credential comes along, which a page cannot send without a preflight, nor to the page's own origin.
  const own = await ask({ origin: ORIGIN });
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([404, ORIGIN]);
  expect((await ask({ origin: 'https://evil.example', authorization: 'Bearer x' })).headers.get('access-control-allow-origin')).toBeNull();
}); // prettier-ignore
