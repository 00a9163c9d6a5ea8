import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A service ships as one file, far from this folder. */
describe('a bundle', () => {
  const root = join(import.meta.dirname, '../../..');
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-bundle-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('holds the assistants', async () => {
    const file = join(folder, 'main.mjs');
    const rolldown = join(root, 'node_modules/rolldown/bin/cli.mjs');
    const input = join(root, 'libs/assistants/src/load-assistants.ts');
    const options = [
      '--format',
      'esm',
      '--platform',
      'node',
      '--tsconfig',
      join(root, 'libs/assistants/tsconfig.json'),
    ];
    await run(process.execPath, [rolldown, input, '--file', file, ...options], { cwd: folder });
    const script = `const { loadAssistants } = await import(${JSON.stringify(file)});
      console.log(loadAssistants().list().map(({ id }) => id).join());`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    expect(stdout.trim()).toBe('general,coding-coach,storefront-helper');
  });
});
