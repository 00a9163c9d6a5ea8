// `npm start`: builds what changed, then runs AWS on this machine and the services on it.
import { spawnSync } from 'node:child_process';

const started = Date.now();
console.log('Building …');
const build = spawnSync(
  process.execPath,
  ['node_modules/.bin/nx', 'run-many', '-t', 'build', '-p', 'tag:type:service,web,local-cloud', '--outputStyle=static'],
  {
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
    maxBuffer: 64 << 20,
  },
);
if (build.status !== 0) {
  console.error(`${build.stdout}\n${build.stderr}\nThe build failed: see above.`);
  process.exit(1);
}
console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s. Starting …`);
await import(new URL('../../dist/apps/local-cloud/main.js', import.meta.url).href);
