import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPortFree } from '@parley/aws-sim';
import type { ServiceDescriptor } from '@parley/descriptor';
import { planPorts } from './settings';
import { DEAF_SERVICE, findFreePort, isAlive, makeWorkspace, Output, POLITE_SERVICE } from './testing/workspace';

/** The built program as a process, because signals and exit codes exist only there. */
const repository = resolve(import.meta.dirname, '../../..');
const build = join('dist', 'tests', `local-cloud-${process.pid}`);
const processes: ChildProcess[] = [];

beforeAll(() => {
  const rolldown = join(repository, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
  execFileSync(process.execPath, [rolldown, '-c', 'rolldown.config.mjs', '--dir', build], {
    cwd: repository,
    env: { ...process.env, APP: 'local-cloud', NODE_OPTIONS: '' },
    stdio: 'pipe',
  });
}, 60_000);
afterEach(() => processes.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => rmSync(join(repository, build), { recursive: true, force: true }));

async function run(scripts: Record<string, string>, env: Record<string, string> = {}) {
  const { root, descriptors } = makeWorkspace(scripts);
  const port = Number(env['PORT'] ?? (await findFreePort(descriptors)));
  const child = spawn(process.execPath, [join(repository, build, 'main.js')], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  processes.push(child);
  const output = new Output();
  child.stdout?.on('data', (data: Buffer) => output.write(String(data)));
  child.stderr?.on('data', (data: Buffer) => output.write(String(data)));
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, output, exit, port, descriptors };
}
type Run = Awaited<ReturnType<typeof run>>;

const pidsOf = ({ port }: Run, names: string[]) =>
  Promise.all(
    names.map(async (name) => {
      const answer = await fetch(`http://localhost:${port}/${name}/x`);
      return ((await answer.json()) as { pid: number }).pid;
    }),
  );
async function expectNothingLeft(port: number, descriptors: readonly ServiceDescriptor[], pids: number[] = []) {
  expect(pids.filter(isAlive)).toEqual([]);
  const { all } = planPorts({ PORT: String(port) }, descriptors);
  const free = await Promise.all(all.map((use) => isPortFree(use.port, use.bothFamilies)));
  expect(all.filter((_, index) => !free[index]).map(({ purpose }) => purpose)).toEqual([]);
}
const TWO = { 'chat-service': POLITE_SERVICE, 'voice-gateway': POLITE_SERVICE };
jest.setTimeout(30_000);

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends everything on %s and exits with 0', async (signal) => {
  const cloud = await run(TWO);
  await cloud.output.until(/^Parley is ready/m);
  const pids = await pidsOf(cloud, Object.keys(TWO));
  cloud.child.kill(signal);
  expect(await cloud.exit).toEqual([0, null]);
  expect(cloud.output.text.match(/leaving/g)).toHaveLength(2);
  await expectNothingLeft(cloud.port, cloud.descriptors, pids);
});

it('takes a Ctrl-C that arrives twice, from the terminal and from npm, for one', async () => {
  const cloud = await run(TWO);
  await cloud.output.until(/^Parley is ready/m);
  cloud.child.kill('SIGINT');
  cloud.child.kill('SIGINT');
  expect(await cloud.exit).toEqual([0, null]);
});

it('stops at once on a second Ctrl-C, and a service that will not leave dies with it', async () => {
  const cloud = await run({ 'deaf-service': DEAF_SERVICE });
  await cloud.output.until(/^Parley is ready/m);
  const pids = await pidsOf(cloud, ['deaf-service']);
  cloud.child.kill('SIGINT');
  await cloud.output.until(/I stay/);
  const again = setInterval(() => cloud.child.kill('SIGINT'), 250);
  expect(await cloud.exit).toEqual([130, null]);
  clearInterval(again);
  await expectNothingLeft(cloud.port, cloud.descriptors, pids);
});

it('ends with its parent', async () => {
  const cloud = await run(TWO);
  await cloud.output.until(/^Parley is ready/m);
  const pids = await pidsOf(cloud, Object.keys(TWO));
  const exit = once(cloud.child, 'exit');
  cloud.child.disconnect();
  expect(await exit).toEqual([0, null]);
  await expectNothingLeft(cloud.port, cloud.descriptors, pids);
});

it('leaves no service behind even when it is killed itself', async () => {
  const cloud = await run(TWO);
  await cloud.output.until(/^Parley is ready/m);
  cloud.child.kill('SIGKILL');
  await cloud.exit;
  const { all } = planPorts({ PORT: String(cloud.port) }, cloud.descriptors);
  const areFree = async () => (await Promise.all(all.map(({ port }) => isPortFree(port, false)))).every(Boolean);
  while (!(await areFree())) await new Promise((resolve) => setTimeout(resolve, 50));
});

it('stops in the middle of a start', async () => {
  const cloud = await run({
    'slow-service': `${POLITE_SERVICE.replace('admin.listen(', '(() => {})(')} log('info', 'started');`,
  });
  await cloud.output.until(/started/);
  cloud.child.kill('SIGINT');
  expect(await cloud.exit).toEqual([0, null]);
  expect(cloud.output.text).not.toContain('is ready');
  await expectNothingLeft(cloud.port, cloud.descriptors);
});

it('says which port is in use and how to choose others, and exits with 1', async () => {
  const first = await run(TWO);
  await first.output.until(/^Parley is ready/m);
  const second = await run(TWO, { PORT: String(first.port) });
  expect(await second.exit).toEqual([1, null]);
  expect(second.output.text).toMatch(
    new RegExp(`^Port ${first.port} \\(for the page\\).*PORT=${first.port + 100} npm start$`, 'm'),
  );
  expect(second.output.text).not.toMatch(/ {4}at /);
  expect((await fetch(`http://localhost:${first.port}/chat-service/x`)).status).toBe(200);
});

it('exits with 1 when a service cannot stay alive', async () => {
  const cloud = await run({ 'dying-service': 'console.error("no database"); process.exit(4)' });
  expect(await cloud.exit).toEqual([1, null]);
  expect(cloud.output.text).toContain('no database');
  expect(cloud.output.text).toContain('dying-service ended (exit code 4), 5 times in short order: it is given up');
  await expectNothingLeft(cloud.port, cloud.descriptors);
});

it('refuses a PORT that is none with one line', async () => {
  const cloud = await run(TWO, { PORT: '99999' });
  expect(await cloud.exit).toEqual([1, null]);
  expect(cloud.output.text.trim()).toMatch(/^PORT is to be a number from 1024 to \d+$/);
});
