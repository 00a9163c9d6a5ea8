import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A process that starts another one, and tells when that ends: by the pipe that only the other one still has. */
const PARENT = `
  import { spawn } from 'node:child_process';
  const { endsWithUs } = await import(process.argv[1]);
  endsWithUs(spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'ignore'] }));
  process.stderr.write('started');
  setInterval(() => undefined, 1_000);
`;

it('is gone when the process that started it was killed', async () => {
  const module = pathToFileURL(join(import.meta.dirname, 'ends-with-us.ts')).href;
  const args = ['--experimental-strip-types', '--input-type=module', '-e', PARENT, module];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = once(parent.stderr, 'data');
  const gone = once(parent.stdout.resume(), 'end');
  expect(String(await said)).toBe('started');
  parent.kill('SIGKILL');
  await gone;
});
