import { createHash } from 'node:crypto';
import { startExample } from '../testing/example-service';

let example: Awaited<ReturnType<typeof startExample>>;
let token: string;
beforeAll(async () => {
  example = await startExample();
  token = await example.pool.mint({ sub: 'alice' });
});
afterAll(() => example.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(example.url + path, { headers });
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${example.url}/api/echo`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });

describe('a route without any mark', () => {
  it('is closed: 401 with a problem document and WWW-Authenticate', async () => {
    const response = await get('/api/closed');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 401,
      code: 'missing_token',
      kind: 'denied',
      title: 'Unauthorized',
      requestId: response.headers.get('x-request-id'),
    });
  });

  it('refuses a broken token with 401 invalid_token', async () => {
    const response = await get('/api/closed', { authorization: 'Bearer x.y.z' });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'invalid_token']);
  });

  it('never reads a token in the URL', async () => expect((await get(`/api/closed?token=${token}`)).status).toBe(401));

  it('opens with a token and knows the principal', async () => {
    const response = await get('/api/closed', { authorization: `Bearer ${token}` });
    expect(await response.json()).toEqual({ id: 'alice' });
  });
});

it('asks for the group where a role is wanted: 403', async () => {
  expect((await get('/api/admins', { authorization: `Bearer ${token}` })).status).toBe(403);
  expect(
    (await get('/api/admins', { authorization: `Bearer ${await example.pool.mint({ groups: ['admins'] })}` })).status,
  ).toBe(200);
});

it('keeps an idle connection for longer than an edge reuses it, which would meet a closed one now and then', async () => {
  expect((await get('/api/open')).headers.get('keep-alive')).toBe('timeout=75');
});

it('answers an unknown path with 404, for everybody alike', async () => {
  expect(await (await get('/api/nothing')).json()).toMatchObject({ status: 404, code: 'not_found' });
});

it('answers a bug with 500 and not a word of it, and logs the cause', async () => {
  const response = await get('/api/broken');
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).toContain('"code":"internal"');
  expect(text).not.toContain('hunter2');
  expect(example.log()).toContain('hunter2');
});

it('breaks the connection when it fails after the first byte', async () => {
  await expect(get('/api/torn').then((response) => response.text())).rejects.toThrow();
});

describe('a body', () => {
  it('that does not fit the schema is answered by path, without what was sent', async () => {
    const response = await post('{"text":"much-too-long-secret"}');
    const body = await response.text();
    expect(response.status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_body', details: [{ path: 'text' }] });
    expect(body).not.toContain('secret');
  });
  it('that is not JSON is 400', async () =>
    expect(await (await post('{')).json()).toMatchObject({ status: 400, code: 'invalid_body' }));
  it('over the limit of its route is 413', async () => {
    expect(await (await post(JSON.stringify({ text: 'x'.repeat(1_001) }))).json()).toMatchObject({
      status: 413,
      code: 'too_large',
    });
  });
  it('larger than other routes take is taken from those who are known only, however it is sent', async () => {
    const send = async (credential: Record<string, string>, body: string | ReadableStream) => {
      const headers = { 'content-type': 'application/json', ...credential };
      const init = { method: 'POST', headers, body, ...(typeof body === 'string' ? {} : { duplex: 'half' }) };
      const response = await fetch(`${example.url}/api/done`, init as RequestInit);
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const notJson = '['.repeat((1 << 20) + 1);
    expect(await send({}, notJson)).toEqual([413, 'too_large']);
    expect(await send({}, new Blob([notJson]).stream())).toEqual([413, 'too_large']);
    expect(await send({}, new Blob(['{}']).stream())).toEqual([401, 'missing_token']);
    expect(await send({ authorization: 'Bearer a.b.c' }, notJson)).toEqual([401, 'invalid_token']);
    expect(await send({ authorization: `Bearer ${token}` }, notJson)).toEqual([400, 'invalid_body']);
    expect(await send({ authorization: `Bearer ${token}` }, `{"text":"${notJson}"}`)).toEqual([201, undefined]);
  });
  it('is checked against x-amz-content-sha256 when that is sent', async () => {
    const body = '{"text":"hello"}';
    const hash = createHash('sha256').update(body).digest('hex');
    expect((await post(body, { 'x-amz-content-sha256': hash })).status).toBe(201);
    for (const wrong of [hash.replace(/^./, (c) => (c === '0' ? '1' : '0')), 'UNSIGNED-PAYLOAD', hash.toUpperCase()]) {
      expect((await post(body, { 'x-amz-content-sha256': wrong })).status).toBe(400);
    }
  });
  it('that is empty, or is not read, is checked against it too', async () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const send = async (told: string, body?: string, type = 'text/plain') => {
      const headers = { 'x-amz-content-sha256': told, 'content-type': type, authorization: `Bearer ${token}` };
      return (await fetch(`${example.url}/api/done`, { method: 'POST', headers, ...(body ? { body } : {}) })).status;
    };
    expect(await send(hash(''))).toBe(201);
    for (const told of [hash('x'), 'UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', ''])
      expect(await send(told)).toBe(400);
    expect(await send(hash('x'), 'x')).toBe(400);
    const large = 'x'.repeat((1 << 20) + 1);
    expect(await send(hash(large), large)).toBe(400);
    expect(await send(hash('{}'), '{}', 'application/json')).toBe(201);
  });
});

it('answers refusals above the limit with 429 and Retry-After, and valid tokens from the same address as ever', async () => {
  // Twice as many as are let through, at once: a slow machine gets some back meanwhile.
  const ask = () => get('/api/closed', { authorization: 'Bearer a.b.c' });
  const answers = await Promise.all(Array.from({ length: 60 }, ask));
  const refused = answers.find(({ status }) => status === 429);
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await get('/api/closed', { authorization: `Bearer ${token}` })).status).toBe(200);
});

it('serves health and metrics on the admin port only', async () => {
  const admin = `http://127.0.0.1:${example.service.adminPort}`;
  expect(await (await fetch(`${admin}/health/ready`)).json()).toEqual({ status: 'ready', missing: [] });
  expect((await fetch(`${admin}/health/live`)).status).toBe(200);
  expect(await (await fetch(`${admin}/metrics`)).text()).toMatch(
    /parley_connections_live[^]*parley_signing_keys 1\n|parley_signing_keys 1\n[^]*parley_connections_live/,
  );
  for (const path of ['/health/live', '/health/ready', '/metrics']) expect((await get(path)).status).toBe(404);
});

it('passes the id of the edge on, and no token, query or cookie into the log', async () => {
  await get('/api/closed?secret=in-the-query', {
    authorization: `Bearer ${token}`,
    cookie: 'session=in-the-cookie',
    'x-amz-cf-id': 'edge-id-0001',
  });
  const log = example.log();
  expect(log).toContain('edge-id-0001');
  for (const secret of [token, token.split('.')[2]!, 'in-the-query', 'in-the-cookie'])
    expect(log).not.toContain(secret);
});

it('tells each request in one line: what was asked, what came of it and how long it took', async () => {
  const told = (id: string) =>
    example
      .log()
      .split('\n')
      .filter((line) => line.includes(id) && line.includes('durationMs'))
      .map((line) => JSON.parse(line) as object);
  const durationMs = expect.any(Number);
  for (const [path, status, level, msg] of [
    ['/api/open', 200, 'info', 'request answered'],
    ['/api/broken', 500, 'warn', 'request failed'],
  ] as const) {
    const requestId = `edge-id-of${path.replaceAll('/', '-')}`;
    await (await get(`${path}?a=b`, { 'x-amz-cf-id': requestId })).text();
    while (told(requestId).length === 0) await new Promise(setImmediate);
    const req = { method: 'GET', path };
    expect(told(requestId)).toEqual([
      expect.objectContaining({ level, msg, requestId, req, res: { status }, durationMs }),
    ]);
  }
});

it('tells of a request whose answer broke off, too', async () => {
  await expect(
    get('/api/torn', { 'x-amz-cf-id': 'edge-id-of-a-torn-one' }).then((answer) => answer.text()),
  ).rejects.toThrow();
  while (!/edge-id-of-a-torn-one[^\n]*durationMs/.test(example.log())) await new Promise(setImmediate);
});
