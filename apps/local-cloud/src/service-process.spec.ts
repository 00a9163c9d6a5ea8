import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceProcess } from './service-process';
import { isAlive, Output } from './testing/workspace';

const folder = mkdtempSync(join(tmpdir(), 'parley-process-'));
const running: ServiceProcess[] = [];
afterEach(() => running.splice(0).forEach((service) => service.killNow()));

function run(script: string, more: { quickMs?: number; environment?: Record<string, string> } = {}) {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.js`);
  writeFileSync(file, script);
  const [lines, said] = [new Output(), new Output()];
  const givenUp = new Promise<void>((resolve) => {
    const service = new ServiceProcess({
      name: 'a-service',
      script: file,
      cwd: folder,
      environment: more.environment ?? {},
      onLine: (line) => lines.write(`${line}\n`),
      say: (level, message) => said.write(`${level} ${message}\n`),
      onGivenUp: resolve,
      policy: { quickMs: more.quickMs ?? 60_000, maxQuickDeaths: 3, pauseMs: 10 },
    });
    running.push(service);
    service.start();
  });
  return { service: running.at(-1) as ServiceProcess, lines, said, givenUp };
}
const STAYS = 'setInterval(() => {}, 1000); process.stdout.write(`pid ${process.pid}\\n`);';

it('gives a service exactly its environment and shows both of its outputs', async () => {
  const { lines } = run(
    'console.log(JSON.stringify(Object.keys(process.env))); console.error("oops"); setInterval(() => {}, 1e3)',
    {
      environment: { ONLY: 'this' },
    },
  );
  await lines.until(/oops/);
  expect((await lines.until(/^\["ONLY"\]$/m))[0]).toBe('["ONLY"]');
});

it('says how a service died and starts it again, after pauses that grow', async () => {
  const { said, givenUp } = run('process.exit(3)');
  await givenUp;
  expect(said.text.split('\n')).toEqual([
    'error a-service ended unexpectedly (exit code 3); starting it again in 0.01 s',
    'error a-service ended unexpectedly (exit code 3); starting it again in 0.02 s',
    'error a-service ended (exit code 3), 3 times in short order: it is given up',
    '',
  ]);
});

it('does not count deaths after a longer life', async () => {
  const { said, service } = run('process.exit(3)', { quickMs: 0 });
  await said.until(/(starting it again in 0\.01 s[^]*){5}/);
  await service.stop(1_000);
});

it('names the signal that killed a service', async () => {
  const { said } = run('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)');
  await said.until(/ended unexpectedly \(SIGKILL\)/);
});

it('ends a service with SIGTERM and waits for its last lines', async () => {
  const { service, lines, said } = run(
    `process.on('SIGTERM', () => { console.log('last words'); process.exit(0); }); ${STAYS}`,
  );
  const pid = Number((await lines.until(/pid (\d+)/))[1]);
  await service.stop(10_000);
  expect(lines.text).toContain('last words');
  expect(isAlive(pid)).toBe(false);
  expect(said.text).toBe('');
});

it('kills a service that does not leave in time, and says so', async () => {
  const { service, lines, said } = run(`process.on('SIGTERM', () => {}); ${STAYS}`);
  const pid = Number((await lines.until(/pid (\d+)/))[1]);
  await service.stop(50);
  expect(isAlive(pid)).toBe(false);
  expect(said.text).toBe('warn a-service did not leave within 0.05 s and was killed\n');
});

it('does not start a service again that was stopped during its pause', async () => {
  const { service, said, lines } = run('console.log("life"); process.exit(1)');
  await said.until(/starting it again/);
  await service.stop(1_000);
  const lives = lines.text;
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(lines.text).toBe(lives);
});
