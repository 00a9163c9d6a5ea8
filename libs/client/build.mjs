/** Makes the package that others install: ES modules, their types, and a package.json. `node libs/client/build.mjs [folder]`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const out = resolve(process.argv[2] ?? join(root, 'dist/libs/client'));
const workspace = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const versionOf = (name) => workspace.dependencies[name] ?? workspace.devDependencies[name];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

/** Bundles the entries into one folder, with what they share in files of its own. */
async function bundle(input) {
  const build = await rolldown({
    input,
    platform: 'browser',
    external: ['ai', 'react', 'eventsource-parser', 'zod'],
    tsconfig: join(root, 'tsconfig.base.json'),
    // The libraries only declare; without this the schemas of the wires, and zod with them, would come along.
    treeshake: { moduleSideEffects: (id) => id.endsWith('audio-worklet.ts') },
  });
  await build.write({ dir: out, format: 'esm', chunkFileNames: 'shared-[hash].js' });
  await build.close();
}
await bundle({ index: join(here, 'src/index.ts'), react: join(here, 'src/react/index.ts') });
// One file by itself: the audio thread loads it as it is.
await bundle({ 'audio-worklet': join(here, 'src/audio/audio-worklet.ts') });

const types = join(out, 'types');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const tscOptions = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'];
execFileSync(
  process.execPath,
  [tsc, '-p', join(here, 'tsconfig.build.json'), ...tscOptions, '--rootDir', join(root, 'libs'), '--outDir', types],
  { stdio: 'inherit' },
);
// The libraries beside this one are not published: their types come along, and are named by their place.
for (const name of readdirSync(types, { recursive: true })) {
  const file = join(types, name);
  if (!file.endsWith('.d.ts')) continue;
  const text = readFileSync(file, 'utf8');
  const placed = text.replace(/(['"])@parley\/(errors|protocol)\1/g, (_, quote, library) => {
    const path = relative(dirname(file), join(types, library, 'src/index')).replaceAll('\\', '/');
    return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
  if (placed !== text) writeFileSync(file, placed);
}

const entry = (name, source) => ({ types: `./types/client/src/${source}.d.ts`, default: `./${name}.js` });
const manifest = {
  name: '@parley/client',
  version: workspace.version,
  description: 'Voice calls, chat and rooms of Parley, for browsers and Node',
  license: workspace.license,
  type: 'module',
  sideEffects: ['./audio-worklet.js'],
  exports: {
    '.': entry('index', 'index'),
    './react': entry('react', 'react/index'),
    './audio-worklet': './audio-worklet.js',
  },
  dependencies: { 'eventsource-parser': versionOf('eventsource-parser'), zod: versionOf('zod') },
  peerDependencies: { ai: versionOf('ai'), react: versionOf('react') },
  peerDependenciesMeta: { react: { optional: true } },
};
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
