import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bootstrap = resolve(import.meta.dirname, 'bootstrap.mjs');

it('says what it does not know, and fails', () => {
  const { status, stderr } = spawnSync(process.execPath, [bootstrap, 'fly'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('There is no command "fly"')]);
});

it('fails as the command fails, with its words', () => {
  const { status, stderr } = spawnSync(process.execPath, [bootstrap, 'token', 'alice'], {
    encoding: 'utf8',
    env: { ...process.env, PORT: '1' },
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('Start it with `npm start`')]);
});

it('ends its command when whoever started it is gone', async () => {
  // A shell between, as npm puts one; killed, it passes nothing on.
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${bootstrap}" start & echo $!; wait`], {
    env: { ...process.env, PARLEY_DATA: mkdtempSync(join(tmpdir(), 'parley-')), PORT: '24200' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  while (!said.includes('Building')) said += String(((await once(shell.stdout, 'data')) as [Buffer])[0]);
  const pid = Number(/^\d+$/m.exec(said)![0]);
  shell.kill('SIGKILL');
  await once(shell, 'exit');
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
});

/** Whether a process runs; one that has ended and waits to be collected does not. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout.trim());
}
