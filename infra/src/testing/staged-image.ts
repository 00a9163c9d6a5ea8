import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './environments';

/** Packages of an image, as the Dockerfile installs them: those of the lock that are neither for development nor optional. */
export function productionPackages(): { path: string; version: string }[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path, { version }]) => ({ path, version }));
}

/** Runs Node in the workspace and gives what it printed. */
function runNode(args: string[], env: Record<string, string> = {}): string {
  const { status, stderr, stdout } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

/**
 * Builds a service and lays out its image in an empty folder: what the Dockerfile copies, and the production packages, linked
 * to the installed ones instead of downloaded.
 */
export function stageService(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `parley-image-${name}-`));
  const bundle = join(folder, 'bundle');
  runNode(['node_modules/rolldown/bin/cli.mjs', '-c', 'rolldown.config.mjs', '--dir', bundle], { APP: name });
  const image = join(folder, 'image');
  const stage = `const { stageImage } = await import('${join(ROOT, 'tools/scripts/stage.mjs')}'); stageImage('${name}', { bundle: '${bundle}', target: '${image}' });`;
  runNode(['--input-type=module', '-e', stage]);
  for (const { path } of productionPackages()) {
    // A package inside another comes with it.
    if (path.lastIndexOf('node_modules/') > 0) continue;
    mkdirSync(dirname(join(image, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(image, path), 'dir');
  }
  return image;
}

export interface Bill {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { component: { name: string; type: string; 'bom-ref': string } };
  components: { name: string; version: string; purl: string; 'bom-ref': string; hashes: { alg: string }[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** The bill of materials of a staged image, as a deployment writes it. */
export function billOf(folder: string, name: string): Bill {
  const print = `const { sbomOf } = await import('${join(ROOT, 'tools/scripts/sbom.mjs')}'); console.log(JSON.stringify(sbomOf('${folder}', '${name}')));`;
  return JSON.parse(runNode(['--input-type=module', '-e', print])) as Bill;
}

/** Bytes of the files that are ours. */
export const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);

export interface StartedImage {
  port: number;
  adminPort: number;
  child: ChildProcess;
  lines: string[];
}

/**
 * Starts what `CMD` of the Dockerfile starts, with exactly this environment, and waits until it says that it listens. Links
 * are kept as they are, so that a package finds only the packages of the image, not all that are installed.
 */
export async function startImage(folder: string, env: Record<string, string>): Promise<StartedImage> {
  const child = spawn(process.execPath, ['--preserve-symlinks', '--enable-source-maps', 'dist/main.js'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const onLine = (line: string) => {
      lines.push(line);
      if (!line.includes('"listening"')) return;
      const { port, adminPort } = JSON.parse(line) as { port: number; adminPort: number };
      resolve({ port, adminPort, child, lines });
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it listened:\n${lines.join('\n')}`)));
  });
}
