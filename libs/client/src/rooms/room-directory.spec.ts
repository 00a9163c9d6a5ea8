import { startHttpServer, type SeenRequest } from '../../test/http-server';
import { RoomDirectory } from './room-directory';

let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeAll(async () => {
  server = await startHttpServer(({ method }) => (method === 'DELETE' ? { status: 204 } : { json: { items: [] } }));
});
afterAll(() => server.close());
beforeEach(() => void (server.seen.length = 0));

it.each<[string, (rooms: RoomDirectory) => Promise<unknown>, string, string, unknown]>([
  ['lists', (rooms) => rooms.list({ limit: 5 }), 'GET', '/api/rooms?limit=5', undefined],
  ['creates', (rooms) => rooms.create({ title: 'T', open: true }), 'POST', '/api/rooms', { title: 'T', open: true }],
  ['invites', (rooms) => rooms.invite('r 1'), 'POST', '/api/rooms/r%201/invitations', {}],
  ['joins', (rooms) => rooms.join('r1', 'token'), 'POST', '/api/rooms/r1/join', { invitation: 'token' }],
  ['leaves', (rooms) => rooms.leave('r1'), 'POST', '/api/rooms/r1/leave', {}],
  ['removes', (rooms) => rooms.removeMember('r1', 'u/1'), 'DELETE', '/api/rooms/r1/members/u%2F1', undefined],
  ['mutes', (rooms) => rooms.mute('r1', 'u/1', true), 'PUT', '/api/rooms/r1/members/u%2F1/mute', { muted: true }],
  [
    'reports',
    (rooms) => rooms.report('r1', { messageId: 'm', reason: 'spam' }),
    'POST',
    '/api/rooms/r1/reports',
    { messageId: 'm', reason: 'spam' },
  ],
  ['lists who is blocked', (rooms) => rooms.blocked(), 'GET', '/api/session/blocks', undefined],
  ['blocks', (rooms) => rooms.block('u/1'), 'PUT', '/api/session/blocks/u%2F1', undefined],
  ['unblocks', (rooms) => rooms.unblock('u/1'), 'DELETE', '/api/session/blocks/u%2F1', undefined],
  ['archives', (rooms) => rooms.archive('r1'), 'POST', '/api/rooms/r1/archive', {}],
])('RoomDirectory %s', async (_, run, method, path, body) => {
  const tokenSource = { token: () => Promise.resolve('token') };
  await run(new RoomDirectory({ tokenSource, baseUrl: server.url }));
  const [{ body: sent, ...request }] = server.seen as [SeenRequest];
  expect(request).toMatchObject({ method, path, headers: { authorization: 'Bearer token' } });
  expect(sent).toBe(body === undefined ? '' : JSON.stringify(body));
});
