import { createServer } from 'node:net';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree } from '@parley/aws-sim';
import { LocalCloud, type LocalCloudOptions } from './local-cloud';
import { planPorts } from './settings';
import { findFreePort, makeWorkspace, Output, POLITE_SERVICE } from './testing/workspace';

const { root, descriptors } = makeWorkspace({ 'chat-service': POLITE_SERVICE, 'voice-gateway': POLITE_SERVICE });
const output = new Output();
let port: number;
let cloud: LocalCloud;
const make = (more: Partial<LocalCloudOptions> = {}) =>
  new LocalCloud({
    root,
    env: { PATH: process.env['PATH'], PORT: String(port), SECRET_OF_MINE: 'x' },
    write: output.write,
    colours: false,
    onGivenUp: () => undefined,
    ...more,
  });
const isAllFree = async () => {
  const { all } = planPorts({ PORT: String(port) }, descriptors);
  return (await Promise.all(all.map((use) => isPortFree(use.port, use.bothFamilies)))).every(Boolean);
};
interface Answer {
  pid: number;
  env: Record<string, string>;
}
const ask = async (path: string) => (await (await fetch(`http://localhost:${port}${path}`)).json()) as Answer;

beforeAll(async () => {
  port = await findFreePort(descriptors);
  cloud = make();
  await cloud.start();
}, 60_000);
afterAll(async () => {
  await cloud.stop();
  rmSync(root, { recursive: true });
});

it('says in one line that it is ready, and what a person needs beside it', () => {
  expect(output.text).toMatch(new RegExp(`^Parley is ready: http://localhost:${port}$`, 'm'));
  for (const part of ['alice, bob, carol (admins)', 'are simulated', `PORT=${port} npm run --silent token -- alice`])
    expect(output.text).toContain(part);
});

it('gives each service the environment of its descriptor and nothing of the person’s beyond the machine', async () => {
  const { env } = await ask('/chat-service/x');
  expect(env).toMatchObject({
    PORT: String(8_080 + port - 4_200),
    ADMIN_PORT: String(9_080 + port - 4_200),
    HOST: '127.0.0.1',
    COGNITO_ISSUER: `http://localhost:${port + 1}/us-east-1_Parley`,
    CONVERSATIONS_TABLE: 'parley-conversations',
    VALKEY_URL: `redis://127.0.0.1:${port + 4}`,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `http://127.0.0.1:${port + 2}`,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port + 3}`,
    AWS_ACCESS_KEY_ID: 'local',
  });
  expect(env).not.toHaveProperty('SECRET_OF_MINE');
});

it('leads paths to services by their descriptors, and everything else to the page', async () => {
  expect((await ask('/chat-service/x')).pid).not.toBe((await ask('/voice-gateway/x')).pid);
  expect(await (await fetch(`http://127.0.0.1:${port}/talk`)).text()).toContain('<title>Parley');
});

it('tells the page where to sign in, and that models are simulated', async () => {
  const config = (await (await fetch(`http://localhost:${port}/config.json`)).json()) as Record<string, string>;
  expect(config).toMatchObject({
    region: 'us-east-1',
    domain: `http://localhost:${port + 1}`,
    simulated: { models: true, identity: true },
  });
  const authorize = new URLSearchParams({
    response_type: 'code',
    client_id: config['spaClientId'] ?? '',
    redirect_uri: `http://localhost:${port}/auth/callback`,
    scope: 'openid',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
  });
  const answer = await fetch(`${config['domain']}/oauth2/authorize?${authorize}`, { redirect: 'manual' });
  expect(answer.headers.get('location')).toContain('/login?interaction=');
});

it('shows a service’s log as readable lines', async () => {
  await output.until(/^chat-service {3}\d\d:\d\d:\d\d {2}INFO {2}listening$/m);
});

it('says that a service died, starts it again, and answers 502 meanwhile', async () => {
  const before = (await ask('/chat-service/x')).pid;
  expect((await fetch(`http://localhost:${port}/chat-service/crash`, { method: 'POST' })).status).toBe(502);
  await output.until(/ERROR chat-service ended unexpectedly \(exit code 7\); starting it again in 0\.25 s/);
  await output.until(/^edge .*WARN {2}POST \/chat-service\/crash was not answered status=502/m);
  await output.until(/(chat-service .*listening[^]*){2}/);
  expect((await ask('/chat-service/x')).pid).not.toBe(before);
});

it('names a port in use, what it is for and the way out, and leaves nothing running', async () => {
  await expect(make().start()).rejects.toThrow(/Port .*\(for the page\).* is in use.*PORT=\d+ npm start/);
  await ask('/chat-service/x');
});

it('leaves no port behind and begins again with the same data', async () => {
  await cloud.stop();
  expect(await isAllFree()).toBe(true);
  cloud = make();
  await cloud.start();
  expect((await ask('/voice-gateway/x')).pid).toBeGreaterThan(0);
});

it('leaves Valkey to the person who says where it is, or that there is none', async () => {
  await cloud.stop();
  for (const VALKEY_URL of ['redis://valkey.example:6379', '']) {
    const mine = new Output();
    cloud = make({ env: { PATH: process.env['PATH'], PORT: String(port), VALKEY_URL }, write: mine.write });
    await cloud.start();
    const { env } = await ask('/chat-service/x');
    expect(env['VALKEY_URL']).toBe(VALKEY_URL || undefined);
    expect(mine.text).not.toContain(`Valkey ${port + 4}`);
    await cloud.stop();
  }
  cloud = make();
  await cloud.start();
});

describe('a start that cannot succeed', () => {
  beforeAll(() => cloud.stop());

  it('ends everything when a service never becomes ready before it is stopped', async () => {
    const mine = new Output();
    const script = `${POLITE_SERVICE.replace('admin.listen(', '(() => {})(')} log('info', 'started');`;
    const other = make({ root: makeWorkspace({ 'slow-service': script }).root, write: mine.write });
    const failed = expect(other.start()).rejects.toThrow('stopped');
    await mine.until(/slow-service .*started/);
    await other.stop();
    await failed;
    expect(await isAllFree()).toBe(true);
  });

  it('gives a service up after too many quick deaths', async () => {
    const dying = makeWorkspace({ 'dying-service': 'process.exit(1)' });
    let other: LocalCloud | undefined;
    const givenUp = new Promise<void>((resolve) => {
      other = make({
        root: dying.root,
        onGivenUp: resolve,
        policy: { quickMs: 60_000, maxQuickDeaths: 2, pauseMs: 10 },
      });
    });
    const failed = expect(other?.start()).rejects.toThrow('stopped');
    await givenUp;
    await other?.stop();
    await failed;
    expect(await isAllFree()).toBe(true);
  });

  it('says what is not built', async () => {
    const bare = makeWorkspace({ 'chat-service': POLITE_SERVICE });
    rmSync(join(bare.root, 'dist'), { recursive: true });
    await expect(make({ root: bare.root }).start()).rejects.toThrow('Build it with: npm run build');
  });

  it('names the purpose of a taken service port', async () => {
    const taken = createServer().listen(8_080 + port - 4_200, '127.0.0.1');
    await once(taken, 'listening');
    await expect(make().start()).rejects.toThrow(`Port ${8_080 + port - 4_200} (for chat-service) is in use`);
    taken.close();
  });
});
