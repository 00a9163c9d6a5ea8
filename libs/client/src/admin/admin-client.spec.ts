import { startHttpServer, type SeenRequest } from '../../test/http-server';
import { AdminClient } from './admin-client';

let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeAll(async () => {
  server = await startHttpServer(({ method }) => (method === 'GET' ? { json: { items: [] } } : { status: 204 }));
});
afterAll(() => server.close());
beforeEach(() => void (server.seen.length = 0));

const removal = { conversationId: 'c', messageId: 'm', reason: 'rude' };

it.each<[string, (admin: AdminClient) => Promise<unknown>, string, string, unknown]>([
  ['lists calls', (admin) => admin.calls(), 'GET', '/api/admin/calls', undefined],
  ['counts connections', (admin) => admin.connections(), 'GET', '/api/admin/connections', undefined],
  ['reads usage', (admin) => admin.usage({ from: '2026-01-01' }), 'GET', '/api/admin/usage?from=2026-01-01', undefined],
  ['reads ceilings', (admin) => admin.ceilings(), 'GET', '/api/admin/ceilings', undefined],
  ['lists assistants', (admin) => admin.assistants(), 'GET', '/api/admin/assistants', undefined],
  [
    'switches',
    (admin) => admin.switchAssistant('a/1', false),
    'PUT',
    '/api/admin/assistants/a%2F1',
    { enabled: false },
  ],
  ['lists reports', (admin) => admin.reports({ cursor: 'x y' }), 'GET', '/api/admin/reports?cursor=x+y', undefined],
  ['removes', (admin) => admin.removeContent(removal), 'POST', '/api/admin/removals', removal],
  ['lists bans', (admin) => admin.bans(), 'GET', '/api/admin/bans', undefined],
  ['bans', (admin) => admin.ban('u/1', 'rude'), 'PUT', '/api/admin/bans/u%2F1', { reason: 'rude' }],
  ['lifts bans', (admin) => admin.liftBan('u/1'), 'DELETE', '/api/admin/bans/u%2F1', undefined],
  ['reads the audit log', (admin) => admin.audit({ limit: 5 }), 'GET', '/api/admin/audit?limit=5', undefined],
])('AdminClient %s', async (_, run, method, path, body) => {
  const tokenSource = { token: () => Promise.resolve('token') };
  await run(new AdminClient({ tokenSource, baseUrl: server.url }));
  const [{ body: sent, ...request }] = server.seen as [SeenRequest];
  expect(request).toMatchObject({ method, path, headers: { authorization: 'Bearer token' } });
  expect(sent).toBe(body === undefined ? '' : JSON.stringify(body));
});
