// `npm run bench [-- <part of a name> --json FILE]`: builds and runs every **/bench/*.bench.ts, one process each, and prints
// tables with ratios against the baseline of each table, measured in the same run. bench-rounds.mjs says what a bench is.
import { execFileSync, fork } from 'node:child_process';
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { formatTable } from './bench-rounds.mjs';

const root = resolve(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });

const files = globSync('{{apps,libs}/*,e2e}/bench/*.bench.ts', { cwd: root }).sort();
const chosen = files.filter((file) => positionals.every((part) => file.includes(part)));
if (chosen.length === 0) {
  console.error(`There is no such bench. There are: ${files.join(', ')}`);
  process.exit(1);
}
// What is measured from outside is measured as it is built.
if (chosen.some((file) => file.startsWith('e2e/')))
  execFileSync('npx', ['nx', 'run-many', '-t', 'build'], { cwd: root });
const bundles = join(root, 'dist/bench');
rmSync(bundles, { recursive: true, force: true });
const results = [];
for (const file of chosen) {
  console.log(`\n${file}`);
  const tables = await run(await bundle(file));
  for (const table of tables) console.log(`\n${formatTable(table)}`);
  results.push({ file, tables });
}
if (values.json) {
  const { version, arch, platform } = process;
  writeFileSync(values.json, `${JSON.stringify({ node: version, arch, platform, results }, undefined, 2)}\n`);
}

/** One file for each bench, as services are built: our code in it, packages outside. */
async function bundle(file) {
  const build = await rolldown({
    input: join(root, file),
    platform: 'node',
    tsconfig: join(root, file, '../../tsconfig.json'),
    external: (id) => !/^(\0|[./]|@parley\/|@oxc-project\/runtime)/.test(id),
  });
  // As deep as a source in `e2e/src/support`, whose helpers find the workspace from where they are.
  const target = join(bundles, basename(file, '.bench.ts'), 'bench.mjs');
  await build.write({ file: target, format: 'esm', keepNames: true });
  await build.close();
  return target;
}

/** In a process of its own, so that benches do not heat each other. */
function run(path) {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'bench-run.mjs'), [path], { cwd: root });
    let tables;
    child.on('message', (message) => (tables = message));
    child.on('exit', (code) => (tables ? resolve(tables) : reject(new Error(`${path} ended with ${code}`))));
  });
}
