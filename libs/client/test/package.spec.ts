import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startHttpServer } from './http-server';
import { startRoomServer } from './room-server';
import { startVoiceServer } from './voice-server';

const run = promisify(execFile);
const client = resolve(import.meta.dirname, '..');
const root = resolve(client, '../..');
mkdirSync(join(root, '.parley'), { recursive: true });
/** A project of somebody else, with the package installed. */
const project = mkdtempSync(join(root, '.parley/client-'));
const installed = join(project, 'node_modules/@parley/client');
const node = (...args: string[]) => run(process.execPath, args, { cwd: project, env: { PATH: process.env['PATH'] } });

const misuse = `
import { VoiceClient, RoomClient, TokenSource } from '@parley/client';
import { useRoom } from '@parley/client/react';
// @ts-expect-error a call needs a token source
new VoiceClient({});
// @ts-expect-error there is no such event
new VoiceClient({ tokenSource: { token: async () => '' } }).on('noSuchEvent', () => undefined);
// @ts-expect-error a seq is a number
new RoomClient({ tokenSource: new TokenSource({ domain: '', clientId: '' }) }).join('id', { after: '1' });
// @ts-expect-error a room is of a client
useRoom('client', 'id');
`;

/** The few lines that the README promises, as they stand there, and what a page around them has. */
const surroundings = `import { ChatClient, createChatTransport, TokenSource, toUiMessages, VoiceCall, type TranscriptLine } from '@parley/client';
import { useChat } from '@ai-sdk/react';
import { useMemo } from 'react';
declare const domain: string, clientId: string, workletUrl: string, id: string, button: HTMLButtonElement;
declare const initial: ReturnType<typeof toUiMessages>;
declare function render(lines: readonly TranscriptLine[]): void;
`;
const inReadme = [...readFileSync(join(client, 'README.md'), 'utf8').matchAll(/^```tsx?\n(.*?)^```/gms)].map(
  ([, code]) => code!,
);

beforeAll(async () => {
  await run(process.execPath, [join(client, 'build.mjs'), installed]);
  cpSync(join(client, 'examples'), join(project, 'examples'), { recursive: true });
  writeFileSync(join(project, 'examples/misuse.ts'), misuse);
  for (const [n, code] of inReadme.entries())
    writeFileSync(
      join(project, `examples/readme-${n}.ts`),
      `${surroundings}${n > 0 ? 'declare const session: TokenSource;\n' : ''}${code}`,
    );
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  const compilerOptions = {
    strict: true,
    target: 'es2024',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: [],
    skipLibCheck: true,
    outDir: 'built',
    rootDir: 'examples',
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['examples'] }));
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the package', () => {
  it('has types that fit: the examples and the README’s five lines compile against it, and misuse does not', async () => {
    expect(
      inReadme.map(
        (code) =>
          code
            .trim()
            .split('\n')
            .filter((line) => !line.startsWith('//')).length,
      ),
    ).toEqual([5, 3]);
    await node(join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
  }, 120_000);

  it('costs a page less than 15 KB for each part, gzipped, and a whole call with microphone and loudspeaker too', async () => {
    const { stdout } = await run(process.execPath, [join(client, 'test/measure.mjs'), installed], { cwd: root });
    const costs = JSON.parse(stdout) as Record<string, { bytes: number; words: string[] }>;
    expect(Object.entries(costs).filter(([, { bytes }]) => bytes >= 15 * 1024)).toEqual([]);
    // What one does not use does not come along.
    expect(Object.fromEntries(Object.entries(costs).map(([part, { words }]) => [part, words]))).toEqual({
      VoiceClient: ['callStart'],
      VoiceCall: ['callStart', 'AudioWorkletNode'],
      ChatClient: ['/api/chat/'],
      createChatTransport: ['/api/chat/'],
      askAssistant: ['/api/chat/'],
      RoomClient: ['joinRoom'],
      TokenSource: ['code_challenge'],
    });
  }, 60_000);

  it('brings the code of the audio thread as one file', () => {
    const worklet = readFileSync(join(installed, 'audio-worklet.js'), 'utf8');
    expect(worklet).toContain('registerProcessor(');
    expect(worklet).not.toMatch(/^import /m);
  });

  it('leaves nothing behind where it is loaded: no global, no timer', async () => {
    const code = `await import('ai'); // which leaves some of its own
      const before = Reflect.ownKeys(globalThis).length;
      const { VoiceClient, RoomClient, ChatClient, TokenSource } = await import('@parley/client');
      const options = { baseUrl: 'https://parley.example', tokenSource: { token: async () => 'token' } };
      new VoiceClient(options), new RoomClient(options), new ChatClient(options);
      new TokenSource({ ...options, domain: 'https://sign-in.example', clientId: 'spa' }).close();
      process.stdout.write(String(Reflect.ownKeys(globalThis).length - before));`;
    // Node ends by itself only when nothing is left that waits.
    expect((await node('--input-type=module', '-e', code)).stdout).toBe('0');
  }, 60_000);

  it('brings no schema along', () => {
    expect(readFileSync(join(installed, 'index.js'), 'utf8')).not.toMatch(/from ["']zod["']/);
  });
});

describe('an example', () => {
  /** Runs a function of a compiled example in a Node of its own. */
  async function example(file: string, name: string, ...args: unknown[]): Promise<unknown> {
    const code = `const { ${name} } = await import('./built/${file}.js');
      const revive = (key, value) => Array.isArray(value?.pcm) ? Int16Array.from(value.pcm) : value;
      process.stdout.write(JSON.stringify(await ${name}(...JSON.parse(process.argv[1], revive))));`;
    const { stdout } = await node('--input-type=module', '-e', code, JSON.stringify(args));
    return JSON.parse(stdout);
  }

  it('makes a call', async () => {
    const server = await startVoiceServer();
    const result = example('call', 'callOnce', server.url, 'token', [{ pcm: Array.from({ length: 512 }, () => 1) }]);
    const call = await server.connection();
    await call.next();
    call.ready();
    expect(await call.next()).toHaveLength(1_024);
    call.say('textOutput', { contentId: 'u', role: 'USER', content: 'hello' });
    call.say('contentStart', { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' });
    call.speech([1, 2, 3]);
    call.say('textOutput', { contentId: 't', role: 'ASSISTANT', content: 'Hello.' });
    call.say('contentEnd', { contentId: 'a', type: 'AUDIO', stopReason: 'END_TURN' });
    expect(await call.next()).toEqual({ callEnd: {} });
    call.say('callEnded', { reason: 'hangup', durationMs: 1 });
    expect(await result).toEqual(['USER: hello', 'ASSISTANT: Hello.']);
    await server.close();
  });

  it('asks a question', async () => {
    const answer = ['start', 'text-start', 'text-delta', 'text-end', 'finish'].map((type) =>
      JSON.stringify({
        type,
        ...(type.startsWith('text') ? { id: '0' } : {}),
        ...(type === 'text-delta' ? { delta: 'At ten.' } : {}),
      }),
    );
    const server = await startHttpServer(({ path }) =>
      path === '/api/chat'
        ? { headers: { 'content-type': 'text/event-stream' }, text: answer.map((data) => `data: ${data}\n\n`).join('') }
        : { status: 201, json: { id: 'conversation-0001' } },
    );
    expect(await example('ask', 'ask', server.url, 'token', 'When?')).toBe('At ten.');
    await server.close();
  });

  it('chats in a room', async () => {
    const server = await startRoomServer();
    const result = example('room', 'chatUntilGoodbye', server.url, 'token', 'conversation-0001');
    await server.next('sendMessage');
    server.say('conversation-0001', 'Goodbye.');
    expect(await result).toEqual(['Hello, everybody.', 'Goodbye.']);
    await server.close();
  });

  it('signs in by the cookie', async () => {
    const user = { id: 'u-1', username: 'alice', groups: [] };
    const server = await startHttpServer(() => ({ json: { accessToken: 'token', expiresInMs: 300_000, user } }));
    expect(await example('sign-in', 'whoIsThere', server.url, 'https://sign-in.example', 'spa')).toEqual({
      name: 'signed-in',
      user,
    });
    await server.close();
  });
});
