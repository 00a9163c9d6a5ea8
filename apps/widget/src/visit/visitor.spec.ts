import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Visitor, type GetToken } from './visitor';

const seen: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
let claimStatus = 200;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (text: Buffer) => (body += String(text)));
  request.on('end', () => {
    seen.push({ path: request.url!, headers: request.headers, body });
    const isGuest = request.url === '/api/session/guest';
    response.writeHead(isGuest ? 201 : claimStatus, { 'content-type': 'application/json' });
    const problem = { code: 'store_unavailable', kind: 'unavailable', message: 'Later' };
    const claimed = claimStatus === 200 ? { conversations: ['one'] } : problem;
    response.end(JSON.stringify(isGuest ? { sessionId: 'l', session: 'g1.guest', expiresInMs: 100_000 } : claimed));
  });
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());
beforeEach(() => {
  seen.length = 0;
  claimStatus = 200;
});

const tokenOf = (sub: string, n = 1) => `h.${Buffer.from(JSON.stringify({ sub, n })).toString('base64url')}.s`;
function visitor() {
  const page: { getToken?: GetToken } = {};
  return { page, visitor: new Visitor(url, () => page.getToken) };
}

it('is a guest until the page says who is signed in, and gives that person what the guest said', async () => {
  const { page, visitor: one } = visitor();
  const guest = await one.settle();
  expect([guest.change, await guest.source.token()]).toEqual([undefined, 'g1.guest']);
  page.getToken = () => tokenOf('alice');
  const user = await one.settle();
  expect([user.change, await user.source.token(), one.isSignedIn]).toEqual(['signed-in', tokenOf('alice'), true]);
  expect(seen.at(-1)).toMatchObject({ path: '/api/session/claim', body: '{"session":"g1.guest"}' });
  expect(seen.at(-1)!.headers.authorization).toBe(`Bearer ${tokenOf('alice')}`);
  // The same person with a newer token is no news.
  page.getToken = () => tokenOf('alice', 2);
  expect((await one.settle()).change).toBeUndefined();
});

it('is still a guest when the claim cannot be made now, and claims the next time', async () => {
  const { page, visitor: one } = visitor();
  await (await one.settle()).source.token();
  page.getToken = () => Promise.resolve(tokenOf('alice'));
  claimStatus = 503;
  await expect(one.settle()).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(one.isSignedIn).toBe(false);
  claimStatus = 200;
  expect((await one.settle()).change).toBe('signed-in');
});

it('tells when the person left, and when another one sits there, who claims nothing', async () => {
  const { page, visitor: one } = visitor();
  page.getToken = () => tokenOf('alice');
  await one.settle();
  page.getToken = () => tokenOf('bob');
  expect((await one.settle()).change).toBe('left');
  expect(seen).toEqual([]);
  page.getToken = () => null;
  expect(await one.settle()).toMatchObject({ change: 'left', source: { credential: 'guest' } });
});

it('asks the page for another token when one was refused, and says that the person is signed out without one', async () => {
  const { page, visitor: one } = visitor();
  const wishes: boolean[] = [];
  page.getToken = ({ refused }) => (wishes.push(refused), tokenOf('alice', refused ? 2 : 1));
  const { source } = await one.settle();
  const first = await source.token();
  expect(await source.token({ refused: first })).toBe(tokenOf('alice', 2));
  expect(wishes).toEqual([false, false, true]);
  await expect(source.token({ refused: tokenOf('alice', 2) })).rejects.toMatchObject({ code: 'signed_out' });
});

it('asks by the function that the page has now, and takes no token of another person for this one’s', async () => {
  const { page, visitor: one } = visitor();
  page.getToken = () => tokenOf('alice');
  const { source } = await one.settle();
  page.getToken = () => tokenOf('alice', 2);
  expect(await source.token()).toBe(tokenOf('alice', 2));
  expect(await one.hasLeft()).toBe(false);
  for (const getToken of [() => tokenOf('bob'), () => null, undefined]) {
    page.getToken = getToken;
    await expect(source.token()).rejects.toMatchObject({ code: 'signed_out' });
    expect(await one.hasLeft()).toBe(true);
  }
});
