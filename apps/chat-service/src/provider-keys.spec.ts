import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { startSecretStandIn } from '@parley/service-kit/testing';
import { question } from './testing/sse';
import { startReplica, type Ask, type Replica } from './testing/start-chat';
import { GUEST_KEY, startWorld, type World } from './testing/world';

const KEYS = {
  ofOpenai: 'sk-openai-0123456789-lies-in-the-secret-store',
  ofGoogle: 'AIza-google-0123456789-lies-in-the-environment',
  ofAws: 'aws-secret-access-key-0123456789',
  ofGuests: GUEST_KEY,
};
const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-AbCdEf';
const WORD = 'a word that only the person and the model know';

type Behaviour = (response: ServerResponse, key: string) => void;
const headers = (response: ServerResponse, status: number, type = 'application/json') =>
  response.writeHead(status, { 'content-type': type, 'x-key-used': String(response.req.headers.authorization) });
const refusal = (key: string) =>
  JSON.stringify({ error: { message: `Incorrect API key provided: ${key}`, code: key } });
const piece = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

/** What a provider does, quoting the key that it was sent wherever it can. */
const BEHAVIOURS: Record<string, Behaviour> = {
  answers: (response) => {
    headers(response, 200, 'text/event-stream').write(piece({ role: 'assistant', content: 'By air.' }));
    response.end(`${piece({}, 'stop')}data: [DONE]\n\n`);
  },
  'refuses the key': (response, key) => void headers(response, 401).end(refusal(key)),
  'refuses the request': (response, key) => void headers(response, 400).end(refusal(key)),
  'is down': (response, key) => void headers(response, 500).end(refusal(key)),
  'answers with something else': (response, key) => void headers(response, 200, 'text/html').end(`<p>${key}</p>`),
  'fails in its stream': (response, key) => {
    headers(response, 200, 'text/event-stream').write(piece({ role: 'assistant', content: 'By' }));
    response.end(`data: ${refusal(key)}\n\n`);
  },
  'sends what is no JSON': (response, key) => {
    headers(response, 200, 'text/event-stream').write(piece({ role: 'assistant', content: 'By' }));
    response.end(`data: {"key": ${key}\n\n`);
  },
  'breaks off': (response) => {
    headers(response, 200, 'text/event-stream').write(piece({ content: 'By' }), () => response.destroy());
  },
};

let world: World;
let provider: Server;
let behave: Behaviour;
let secrets: Awaited<ReturnType<typeof startSecretStandIn>>;
const replicas: Replica[] = [];
const sent: string[] = [];
/** Everything that left the service, but to its providers. */
const seen: string[] = [];

beforeAll(async () => {
  secrets = await startSecretStandIn(new Map([[ARN, KEYS.ofOpenai]]));
  provider = createServer(async (request: IncomingMessage, response) => {
    for await (const _ of request);
    const key = String(request.headers.authorization).replace('Bearer ', '');
    sent.push(key);
    behave(response, key);
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  world = await startWorld();
  process.env['AWS_SECRET_ACCESS_KEY'] = KEYS.ofAws;
  process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = secrets.url;
});
afterAll(async () => {
  delete process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'];
  await Promise.all(replicas.map(({ service }) => service.stop()));
  await Promise.all([world.close(), secrets.close(), new Promise((resolve) => provider.close(resolve))]);
});

async function start(model: string): Promise<Replica> {
  const { port } = provider.address() as AddressInfo;
  const replica = await startReplica(world, {
    CHAT_MODEL: model,
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY_ARN: ARN,
    GOOGLE_API_KEY: KEYS.ofGoogle,
    ANSWER_FIRST_CHUNK_MS: '5000',
  });
  replicas.push(replica);
  return replica;
}

/** Asks, and keeps all of the answer: the status, every header, the body. */
async function look(ask: Ask, path: string, init?: RequestInit): Promise<string> {
  const response = await ask(path, init);
  const text = await response.text();
  seen.push(`${path} ${response.status}`, JSON.stringify([...response.headers]), text);
  return text;
}

const post = (ask: Ask, body: string) => look(ask, '/api/chat', { method: 'POST', body });

it('a provider’s key reaches the provider and nobody else, whatever the provider does with it', async () => {
  const replica = await start('openai:llama3.2');
  const alice = replica.as('alice');
  const id = randomUUID();
  for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
    behave = behaviour;
    const answer = await post(alice, question(id, `${WORD}: ${name}`, randomUUID()));
    expect([name, answer]).toEqual([name, expect.stringContaining(name === 'answers' ? '"finish"' : '"error"')]);
  }
  expect(new Set(sent)).toEqual(new Set([KEYS.ofOpenai]));
  await replica.logs.until(/an answer failed/);
  for (const path of ['', '/messages', '/export?format=json', '/export?format=markdown', '/usage'])
    await look(alice, `/api/conversations/${id}${path}`);
});

it('AWS’s keys sign the requests to Bedrock and are told to nobody', async () => {
  const replica = await start('bedrock:amazon.nova-lite-v1:0');
  const alice = replica.as('alice');
  const operation = 'converseStream';
  expect(await post(alice, question(randomUUID(), WORD, randomUUID()))).toContain('"finish"');
  for (const status of [400, 403] as const) {
    world.bedrock.faults.next({ kind: 'http', operation, status });
    expect(await post(alice, question(randomUUID(), WORD, randomUUID()))).toContain('"error"');
  }
  world.bedrock.faults.next({ kind: 'reset', operation, afterFrames: 2 });
  expect(await post(alice, question(randomUUID(), WORD, randomUUID()))).toContain('"error"');
});

it('nothing that the service shows of itself has a key in it', async () => {
  const admin = world.issuer.users.find(({ groups }) => groups.includes('admins'))!.login;
  for (const { service, as, url } of replicas) {
    const documents = ['/api/openapi.json', '/api/asyncapi.json', '/api/docs', '/api', '/'];
    const lists = ['/api/assistants', '/api/conversations', '/api/session/me', '/api/usage', '/api/nothing'];
    for (const path of [...documents, ...lists]) await look(as('alice'), path);
    for (const path of ['/api/admin/usage', '/api/admin/calls', '/api/admin/budget']) await look(as(admin), path);
    for (const body of ['{', '{"id":1}', question('short', WORD, 'm')]) await post(as('alice'), body);
    const internal: Ask = (path, init) => fetch(`http://127.0.0.1:${service.adminPort}${path}`, init);
    for (const path of ['/metrics', '/health/live', '/health/ready']) await look(internal, path);
    await look((path) => fetch(url + path), '/api/session/me');
  }
  const text = seen.join('\n');
  const logs = replicas.map((replica) => replica.logs.text).join('\n');
  // It was looked at what there is to be looked at.
  for (const part of ['"openapi":', '"asyncapi":', 'parley_answers_total', 'coding-coach', '/export?format=json 200'])
    expect(text).toContain(part);
  expect(logs).toContain('an answer failed');
  for (const [name, secret] of Object.entries({ ...KEYS, words: WORD })) {
    // The words come back to who wrote them.
    const told = secret === WORD ? [] : seen.filter((part) => part.includes(secret));
    const logged = logs.split('\n').filter((line) => line.includes(secret));
    expect([name, told, logged]).toEqual([name, [], []]);
  }
});

it('what runs in the browser is built without the environment: of its variables only the stack’s address is named', () => {
  const root = resolve(import.meta.dirname, '../../..');
  const files = globSync('{apps/web,apps/widget,libs/client,libs/protocol,libs/errors}/**/*.{ts,tsx,mjs,html}', {
    cwd: root,
    exclude: (path) => /(^|\/)(bench|testing|test)$|\.spec\.tsx?$/.test(path),
  });
  expect(files.length).toBeGreaterThan(100);
  const named = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:process|import\.meta)\s*\.\s*env\b.{0,40}/g)].map(
      ([text]) => `${file}: ${text}`,
    ),
  );
  expect(named).toEqual([expect.stringMatching(/^apps\/web\/vite\.config\.ts: process\.env\['PARLEY_URL'\]/)]);
});
