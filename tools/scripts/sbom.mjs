// `node tools/scripts/sbom.mjs`: what is in each staged image, as CycloneDX: dist/sbom/<service>.cdx.json. It lies beside the
// image, not in it: it is dated, and an image changes only when one of its files does.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serviceNames } from './stage.mjs';

const root = resolve(import.meta.dirname, '../..');
const read = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** Packages of a lock that an image installs: neither for development nor optional, as the Dockerfile says to npm. */
export const isInstalled = ([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional;

/**
 * The bill of materials of one staged image, as npm writes it.
 *
 * npm is given the production part of the lock alone: `npm sbom --omit=dev` over the whole one leaves out every package
 * that something for development wants too.
 *
 * @param folder a staged image, dist/images/<service>
 * @throws Error with npm's own words when it finds the lock incomplete
 */
export function sbomOf(folder, name = basename(folder)) {
  const { devDependencies: _, optionalDependencies: __, ...manifest } = read(folder, 'package.json');
  const lock = read(folder, 'package-lock.json');
  const { devDependencies: ___, optionalDependencies: ____, ...own } = lock.packages[''];
  const packages = { '': own, ...Object.fromEntries(Object.entries(lock.packages).filter(isInstalled)) };
  const parent = mkdtempSync(join(tmpdir(), 'parley-sbom-'));
  try {
    // npm names what it describes after its folder.
    const cwd = join(parent, name);
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ ...manifest, name }));
    writeFileSync(join(cwd, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
    const npm = process.env.npm_execpath;
    const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
    const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
    const { status, stdout, stderr, error } = spawnSync(file, [...first, ...args], { cwd, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm sbom failed for ${name}: ${error?.message ?? stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Writes the bill of every staged image. */
export function writeSboms({ images = join(root, 'dist/images'), target = join(root, 'dist/sbom') } = {}) {
  return serviceNames().map((name) => {
    const file = join(target, `${name}.cdx.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(sbomOf(join(images, name)), null, 2)}\n`);
    return file;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) for (const file of writeSboms()) console.log(file);
