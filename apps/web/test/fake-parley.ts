import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { FakeRooms } from './fake-rooms';

interface Reply {
  status: number;
  json?: unknown;
  /** Chunks of a UI message stream. */
  chunks?: object[];
  /** The stream stays open. */
  open?: boolean;
}
export type Route = (body: never) => Reply;

const author = { kind: 'user', id: 'u-1', name: 'Alice' };

/** A message of a log. */
export const message = (seq: number, role: 'user' | 'assistant', text: string, facts: object = {}) => ({
  type: 'message',
  id: `m-${seq}`,
  seq,
  conversationId: 'conversation-0001',
  role,
  author: role === 'user' ? author : { kind: 'assistant', id: 'guide', name: 'Guide' },
  parts: [{ type: 'text', text }],
  createdAt: '2026-01-01T10:00:00.000Z',
  ...facts,
});

export const problem = (status: number, code: string, kind: string, text: string): Reply => ({
  status,
  json: { code, kind, message: text },
});

const nothingHere = problem(404, 'not_found', 'invalid', 'Nothing here');
/** No answer is being written, in a conversation that may not exist. */
const nothingRunning = /^GET \/api\/chat\/[^/]+\/stream$/;

export const answerOf = (text: string): Reply => ({
  status: 200,
  chunks: [
    { type: 'start', messageId: `answer-${text.length}` },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: text },
    { type: 'text-end', id: '0' },
    { type: 'finish', finishReason: 'stop' },
  ],
});

/** One call as the service has it. */
export class FakeCall {
  private blocks = 0;
  constructor(
    readonly socket: WebSocket,
    readonly start: Record<string, unknown>,
  ) {}

  say(name: string, body: object = {}): void {
    this.socket.send(JSON.stringify({ event: { [name]: body } }));
  }

  text(
    role: 'USER' | 'ASSISTANT',
    generationStage: 'SPECULATIVE' | 'FINAL',
    content: string,
    place: object = {},
  ): void {
    const contentId = `block-${(this.blocks += 1)}`;
    const additionalModelFields = JSON.stringify({ generationStage });
    this.say('contentStart', { contentId, type: 'TEXT', role, additionalModelFields });
    this.say('textOutput', { contentId, role, content, ...place });
    this.say('contentEnd', { contentId, type: 'TEXT', stopReason: 'PARTIAL_TURN' });
  }
}

/** The services on loopback, as far as the page asks them: a test changes `routes` and reads `seen`. */
export async function startParley() {
  const routes: Record<string, Route> = {};
  const seen: { route: string; body: never }[] = [];
  const queries: string[] = [];
  const calls: FakeCall[] = [];
  const callFacts: Record<string, unknown> = {};
  const callRefusals: object[] = [];
  const rooms = new FakeRooms();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const [path, query] = request.url!.split('?');
      const route = `${request.method} ${path}`;
      if (query !== undefined) queries.push(query);
      const body = (text === '' ? undefined : JSON.parse(text)) as never;
      seen.push({ route, body });
      const { status, json, chunks, open }: Reply =
        routes[route]?.(body) ?? (nothingRunning.test(route) ? { status: 204 } : nothingHere);
      response.writeHead(status, { 'content-type': chunks === undefined ? 'application/json' : 'text/event-stream' });
      for (const chunk of chunks ?? []) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      if (open !== true) response.end(json === undefined ? '' : JSON.stringify(json));
    });
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'parley.v1' });
  sockets.on('connection', (socket, { url = '' }) => {
    if (url.startsWith('/ws/chat')) return rooms.take(socket);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return;
      const { event } = JSON.parse(data.toString()) as { event: Record<string, Record<string, unknown>> };
      if (event['callStart'] !== undefined) {
        const call = new FakeCall(socket, event['callStart']);
        calls.push(call);
        const refusal = callRefusals.shift();
        if (refusal !== undefined) {
          call.say('error', refusal);
          return socket.close(1013);
        }
        call.say('callReady', {
          callId: 'call-1',
          conversationId: 'conversation-0001',
          resumed: event['callStart']['callId'] !== undefined,
          ...callFacts,
          audio: { mode: 'binary', input: { sampleRateHertz: 16_000 }, output: { sampleRateHertz: 24_000 } },
        });
      }
      if (event['ping'] !== undefined) calls.at(-1)?.say('pong');
      if (event['callEnd'] !== undefined) calls.at(-1)?.say('callEnded', { reason: 'hangup', durationMs: 61_000 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    routes,
    seen,
    queries,
    calls,
    /** More of `callReady`. */
    callFacts,
    /** Errors with which the next calls are refused, one each: `kind` is `limit` or `unavailable`. */
    callRefusals,
    rooms,
    /** Alice is signed in, and this is the log of her one conversation. */
    signedIn(log: object[] = [], groups: string[] = []): void {
      const user = { id: 'u-1', username: '8c0e', groups, name: 'Alice Anders' };
      const times = { createdAt: '2026-01-01T10:00:00.000Z', updatedAt: '2026-01-01T10:00:00.000Z' };
      const conversation = { id: 'conversation-0001', title: 'Trains', kind: 'chat', head: log.length, ...times };
      Object.assign(routes, {
        'POST /api/session/refresh': () => ({
          status: 200,
          json: { accessToken: 'token', expiresInMs: 300_000, user },
        }),
        'GET /api/assistants': () => ({
          status: 200,
          json: { items: ['Guide', 'Coach'].map((name) => ({ id: name.toLowerCase(), name, description: '' })) },
        }),
        'GET /api/conversations': () => ({
          status: 200,
          json: { items: log.length === 0 ? [] : [{ ...conversation, unread: 0 }] },
        }),
        'GET /api/conversations/conversation-0001': () => ({ status: 200, json: { ...conversation, members: [] } }),
        'GET /api/conversations/conversation-0001/messages': () => ({
          status: 200,
          json: { items: log, first: 1, head: log.length },
        }),
        'GET /api/session/blocks': () => ({ status: 200, json: { items: [] } }),
        'GET /api/chat/conversation-0001/stream': () => ({ status: 204 }),
      } satisfies Record<string, Route>);
    },
    reset(): void {
      for (const route of Object.keys(routes)) delete routes[route];
      delete callFacts['kept'];
      seen.length = calls.length = queries.length = 0;
      rooms.reset();
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
