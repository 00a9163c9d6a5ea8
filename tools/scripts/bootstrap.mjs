// What stands behind `npm start`, `npm test` and the other commands. It runs on any Node from 20 on and needs no package:
// it installs what is missing, then runs the command on the Node that this project is pinned to.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const [command, ...args] = process.argv.slice(2);
const script = join(root, 'tools/scripts', `${command}.mjs`);
if (!command || !existsSync(script)) stop(`There is no command "${command ?? ''}". See the README.`);

const OWN_NODE = [24, 9];
checkNode();
installPackages();
run(pinnedNode());

function stop(message) {
  console.error(message);
  process.exit(1);
}

/** Linux gets its Node from the packages below; elsewhere the person's own must be new enough. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20) stop(`Node 20 or newer is needed; this is ${process.versions.node}. See https://nodejs.org`);
  const pinned = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (pinned || major > OWN_NODE[0] || (major === OWN_NODE[0] && minor >= OWN_NODE[1])) return;
  stop(
    `Node ${OWN_NODE.join('.')} or newer is needed on ${process.platform}; this is ${process.versions.node}. See https://nodejs.org`,
  );
}

/** `npm ci`, when the installed packages are not those of the lock. */
function installPackages() {
  const stamp = join(root, 'node_modules/.parley-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const quiet = ['token', 'canary'].includes(command);
  if (!quiet) console.log('Installing packages (once; about a minute) …');
  const npm = process.env.npm_execpath;
  const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status } = spawnSync(file, [...first, 'ci'], {
    cwd: root,
    stdio: quiet ? ['ignore', 'ignore', 'inherit'] : 'inherit',
  });
  if (status !== 0) stop('The packages could not be installed: see above. Is the npm registry reachable?');
  writeFileSync(stamp, wanted);
}

function pinnedNode() {
  const own = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  return process.platform === 'linux' && existsSync(own) ? own : process.execPath;
}

function run(node) {
  const PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn(node, [script, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, PATH } });
  // A terminal signals the whole group, a supervisor only us: the command takes the same signal twice for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm that is ended by a signal takes its shell along, but not us: without a parent nobody waits for this any more.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
