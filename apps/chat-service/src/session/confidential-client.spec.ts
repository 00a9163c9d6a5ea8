import { randomBytes } from 'node:crypto';
import { TestBrowser } from '@parley/aws-sim';
import { startReplica, type Replica } from '../testing/start-chat';
import { ORIGIN, REDIRECT_URI, startWorld, type World } from '../testing/world';

let world: World;
let [right, wrong]: Replica[] = [];
beforeAll(async () => {
  world = await startWorld();
  right = await startReplica(world);
  wrong = await startReplica(world, { COGNITO_CLIENT_SECRET: 'not-the-secret-of-this-client' });
});
afterAll(async () => {
  await Promise.all([right, wrong].map((replica) => replica?.service.stop()));
  await world.close();
});

const post = (replica: Replica | undefined, path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${replica?.url}/api/session/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
  });
async function codeFor(user: string) {
  const codeVerifier = randomBytes(32).toString('base64url');
  const back = await new TestBrowser(world.issuer, REDIRECT_URI, world.issuer.loginClientId).signIn(user, codeVerifier);
  return { code: back.searchParams.get('code')!, codeVerifier, redirectUri: REDIRECT_URI };
}

it('without the right secret gets nothing from the pool, and that ends nobody’s session', async () => {
  const signedIn = await post(right, 'token', await codeFor('bob'));
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
  const code = await codeFor('bob');
  for (const response of [await post(wrong, 'refresh', {}, { cookie }), await post(wrong, 'token', code)]) {
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      503,
      'identity_unavailable',
    ]);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
  expect((await post(right, 'refresh', {}, { cookie })).status).toBe(200);
  expect(wrong?.logs.text).toContain('the pool does not take this client');
  expect(wrong?.logs.text).not.toContain('not-the-secret-of-this-client');
});
