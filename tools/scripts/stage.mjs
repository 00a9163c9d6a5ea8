// Lays out exactly the files of each service's image: dist/images/<service>. The image is built from that folder alone, so
// it changes only when one of these files does.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '../..');

/** What every image has beside its bundle: which packages, exactly. */
const SHARED = ['package.json', 'package-lock.json', '.npmrc'];

/** Names of the services: every app with a descriptor. */
export const serviceNames = (from = root) =>
  readdirSync(join(from, 'apps')).filter((name) => existsSync(join(from, 'apps', name, 'service.json')));

/** Stages one service. `bundle` is the folder of its build. Throws when it is not built. */
export function stageImage(
  name,
  { bundle = join(root, 'dist/apps', name), target = join(root, 'dist/images', name) } = {},
) {
  if (!existsSync(join(bundle, 'main.js'))) throw new Error(`${bundle}/main.js is missing: npx nx build ${name}`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of SHARED) cpSync(join(root, file), join(target, file));
  cpSync(bundle, join(target, 'dist'), { recursive: true });
  return target;
}

/** Stages every service. */
export const stageImages = () => serviceNames().map((name) => stageImage(name));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const folder of stageImages()) console.log(folder);
