import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';

type Heard = Record<string, Record<string, unknown>>;
/** What the stand-in does with each event of the caller. */
type Script = (event: Heard, say: (event: Heard) => void, socket: WebSocket) => void;

let server: WebSocketServer;
let script: Script;
let credentials: string | undefined;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws/voice', handleProtocols: () => 'parley.v1' });
  server.on('connection', (socket, request) => {
    credentials = request.headers['sec-websocket-protocol'];
    const say = (event: Heard) => socket.send(JSON.stringify({ event }));
    socket.on('message', (data: Buffer) => script((JSON.parse(String(data)) as { event: Heard }).event, say, socket));
  });
  await once(server, 'listening');
});
afterAll(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

/** Runs the command, and tells its exit code and everything that it printed. */
async function canary(args: string[] = [], token = 'a.secret.token') {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'canary.mjs'), '--url', url, ...args], {
    env: { PARLEY_TOKEN: token },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += String(data)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, printed };
}

const answering: Script = (event, say, socket) => {
  if (event['callStart']) say({ callReady: { callId: 'c' } });
  if (event['textInput']) {
    say({ textOutput: { role: 'USER', content: 'x', seq: 1 } });
    say({ textOutput: { role: 'ASSISTANT', content: 'not stored yet' } });
    socket.send(Buffer.alloc(640));
    say({ textOutput: { role: 'ASSISTANT', content: 'y', seq: 2 } });
  }
  if (event['callEnd']) {
    say({ callEnded: { reason: 'hangup' } });
    socket.close(1000);
  }
};

it('is good when a call was answered in sound and text, and tells the time to first audio', async () => {
  script = answering;
  const { code, printed } = await canary();
  expect(printed).toMatch(/^good: answered; first audio \d+ ms, answer's text \d+ ms\n$/);
  expect(code).toBe(0);
  expect(credentials).toBe('parley.v1, bearer.a.secret.token');
});

it.each<[string, Script, RegExp]>([
  [
    'the answer has no sound',
    (event, say) => answering(event, say, { send: () => undefined } as never),
    /^FAILED: nothing for 1500 ms while waiting for the answer; first audio - ms, answer's text \d+ ms\n$/,
  ],
  [
    'the answer has no FINAL text',
    (event, say, socket) => (event['textInput'] ? socket.send(Buffer.alloc(640)) : answering(event, say, socket)),
    /^FAILED: nothing for 1500 ms while waiting for the answer; first audio \d+ ms, answer's text - ms\n$/,
  ],
  [
    'the service says why not',
    (_, say) => say({ error: { code: 'at_capacity', message: 'Full' } }),
    /^FAILED: at_capacity while starting the call: Full;/,
  ],
  [
    'the token is refused',
    (_, __, socket) => socket.close(1008, 'Invalid authentication token'),
    /^FAILED: closed 1008 while starting the call: Invalid authentication token;/,
  ],
  [
    'the call ends before its answer',
    (event, say, socket) =>
      event['textInput'] ? say({ callEnded: { reason: 'model_failed' } }) : answering(event, say, socket),
    /^FAILED: the call ended while waiting for the answer: model_failed;/,
  ],
])('fails with its reason, and without the token, when %s', async (_, scripted, said) => {
  script = scripted;
  const { code, printed } = await canary(['--timeout-ms', '1500']);
  expect(printed).toMatch(said);
  expect(printed).not.toContain('a.secret.token');
  expect(code).toBe(1);
});

it('asks for what it needs', async () => {
  expect(await canary([], '')).toEqual({ code: 1, printed: expect.stringMatching(/^Which page, and who calls\?/) });
});

it('calls at the address of the page, encrypted where the page is', async () => {
  const { callAddress } = await import('./canary.mjs');
  expect(callAddress('https://parley.example.com/rooms')).toBe('wss://parley.example.com/ws/voice');
  expect(callAddress('http://127.0.0.1:4200')).toBe('ws://127.0.0.1:4200/ws/voice');
  expect(() => callAddress('file:///etc')).toThrow('http or ws');
});
