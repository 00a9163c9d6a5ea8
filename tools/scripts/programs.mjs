// Programs that are not packages: found, or installed where that can be done without asking, or asked for in one line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = {
  chromium: {
    variable: 'CHROMIUM_PATH',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    paths: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    // A machine without a desktop has no fonts, and a page without fonts cannot be judged.
    apt: ['chromium', 'fonts-dejavu-core'],
    brew: ['--cask', 'chromium'],
  },
  'redis-server': {
    variable: 'REDIS_SERVER_PATH',
    names: ['redis-server'],
    paths: [],
    apt: ['redis-server'],
    brew: ['redis'],
  },
};

const which = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);

/** Where a program is, or undefined. */
export function findProgram(name) {
  const { variable, names, paths } = PROGRAMS[name];
  const told = process.env[variable];
  if (told) return existsSync(told) ? told : undefined;
  return names.map(which).find(Boolean) ?? paths.find(existsSync);
}

/** How this machine would install a program: the command, and whether we may run it ourselves. */
export function installPlan(
  name,
  { isRoot = process.getuid?.() === 0, has = (program) => which(program) !== undefined } = {},
) {
  const { apt, brew } = PROGRAMS[name];
  if (has('apt-get')) {
    const line = `apt-get update && apt-get install -y --no-install-recommends ${apt.join(' ')}`;
    return isRoot ? { line, automatic: true } : { line: `sudo sh -c '${line}'`, automatic: false };
  }
  if (has('brew')) return { line: `brew install ${brew.join(' ')}`, automatic: true };
  return { line: undefined, automatic: false };
}

/**
 * The path of a program, installed first when it is missing and this machine lets us.
 * Throws an Error with the one line that installs it.
 */
export function ensureProgram(name) {
  const found = findProgram(name);
  if (found) return found;
  const { variable } = PROGRAMS[name];
  const { line, automatic } = installPlan(name);
  if (automatic) {
    console.log(`Installing ${name} (once) …`);
    const { status, stderr } = spawnSync('sh', ['-c', line], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const installed = findProgram(name);
    if (installed) return installed;
    throw new Error(
      `${name} could not be installed by \`${line}\` (exit ${status}):\n${stderr.trim().split('\n').slice(-5).join('\n')}`,
    );
  }
  const how = line ? `Install it with: ${line}` : 'Install it with the package manager of this machine';
  throw new Error(`${name} is needed for these tests and is not here. ${how}\n(or set ${variable} to where it is)`);
}
