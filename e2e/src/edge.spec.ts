import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Stack } from './support/stack';

let stack: Stack;
beforeAll(async () => void (stack = await Stack.start()));
afterAll(async () => void (await stack?.interrupt()));

function open(path: string, protocols: string[] = [], options: object = {}) {
  const socket = new WebSocket(stack.ws + path, protocols, options);
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  const next = async () =>
    JSON.parse(String(((await once(socket, 'message')) as [Buffer])[0])) as {
      event: Record<string, { code?: string }>;
    };
  return { socket, closed, next };
}
const signedIn = async () => {
  const call = open('/ws/voice', ['parley.v1', `bearer.${await stack.token('alice')}`]);
  await once(call.socket, 'open');
  return call;
};

describe('through the edge, without a valid token:', () => {
  it.each(['/api/session/me', '/api/conversations', '/api/assistants', '/api/chat/x/stream'])(
    '%s is 401',
    async (path) => {
      const response = await fetch(stack.url + path);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'missing_token']);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it.each([
    ['no token', '/ws/voice', 'Missing authentication token'],
    ['an empty token', '/ws/voice?token=', 'Missing authentication token'],
    ['a broken token', '/ws/voice?token=abc.def.ghi', 'Invalid authentication token'],
  ])('a socket with %s is closed 1008', async (_, path, reason) => {
    expect(await open(path).closed).toEqual({ code: 1008, reason });
  });

  it('a foreign origin is refused on the HTTP level', async () => {
    const { socket } = open('/ws/voice', ['parley.v1', `bearer.${await stack.token('alice')}`], {
      origin: 'https://evil.example',
    });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
  });
});

it.each(['/health/live', '/health/ready', '/metrics'])('%s is not there', async (path) => {
  expect((await fetch(`${stack.url}${path}`)).headers.get('content-type')).not.toMatch(/json|openmetrics|version=0/);
});

describe('bad frames are answered, and the process stays up:', () => {
  it.each([
    ['no JSON', '{', 'invalid_frame'],
    ['an unknown event', '{"event":{"nothing":{}}}', 'unknown_event'],
    ['no event', '{}', 'invalid_frame'],
    ['audio before a call', Buffer.alloc(64), 'invalid_frame'],
  ])('%s', async (_, data, code) => {
    const { socket, next, closed } = await signedIn();
    socket.send(data);
    expect((await next()).event['error']!.code).toBe(code);
    socket.close();
    await closed;
  });

  it.each([
    ['a text frame of 65 KiB', 'x'.repeat(65 << 10)],
    ['a binary frame of 33 KiB', Buffer.alloc(33 << 10)],
  ])('%s closes with 1009', async (_, data) => {
    const { socket, closed } = await signedIn();
    socket.send(data);
    expect((await closed).code).toBe(1009);
  });

  it('and still answers', async () => {
    const response = await fetch(`${stack.url}/api/session/me`, {
      headers: { authorization: `Bearer ${await stack.token('alice')}` },
    });
    expect(response.status).toBe(200);
    expect(stack.log).not.toMatch(/restart/i);
  });
});

describe('Ctrl-C', () => {
  it('in the middle of a call and of an answer ends both cleanly, keeps what was said, and leaves no process and no port', async () => {
    const token = await stack.token('alice');
    const call = open('/ws/voice', ['parley.v1', `bearer.${token}`]);
    await once(call.socket, 'open');
    const frames: string[] = [];
    call.socket.on('message', (data, isBinary) => frames.push(isBinary ? 'audio' : String(data)));
    call.socket.send('{"event":{"callStart":{}}}');
    call.socket.send('{"event":{"textInput":{"content":"remember the word heliotrope"}}}');
    while (!frames.some((frame) => frame.includes('"seq":1'))) await once(call.socket, 'message');
    const { conversationId } = (
      JSON.parse(frames.find((frame) => frame.includes('callReady'))!) as {
        event: { callReady: { conversationId: string } };
      }
    ).event.callReady;

    const id = 'answer-in-the-middle';
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({
      id,
      messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'a long story in markdown with code' }] }],
    });
    const answer = (await fetch(`${stack.url}/api/chat`, { method: 'POST', headers, body })).body!.getReader();
    let seen = '';
    while (!seen.includes('text-delta')) seen += Buffer.from((await answer.read()).value!).toString();

    const exitCode = stack.interrupt();
    for (let next = await answer.read(); !next.done; next = await answer.read())
      seen += Buffer.from(next.value).toString();
    expect(seen).toContain('"finishReason":"interrupted"');
    expect(await call.closed).toMatchObject({ code: 1012 });
    expect(frames.some((frame) => frame.includes('"callMoving"'))).toBe(true);
    expect(await exitCode).toBe(0);
    expect(await stack.openPorts()).toEqual([]);

    stack = await Stack.start(stack.data);
    const read = async (conversation: string) =>
      await (
        await fetch(`${stack.url}/api/conversations/${conversation}/messages`, {
          headers: { authorization: `Bearer ${await stack.token('alice')}` },
        })
      ).text();
    expect(await read(conversationId)).toContain('heliotrope');
    expect(await read(id)).toMatch(/"interrupted":true/);
  });
});
