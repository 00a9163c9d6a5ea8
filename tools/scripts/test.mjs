// `npm test`: everything that decides whether a change may land, and one closing line of counts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureProgram } from './programs.mjs';
import { searchLogs } from './search-logs.mjs';

const results = '.parley/test-results';
const evidence = resolve(results, 'evidence');
rmSync(results, { recursive: true, force: true });
mkdirSync(evidence, { recursive: true });

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const started = Date.now();
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

const env = {
  ...process.env,
  NX_DAEMON: 'false',
  NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
};
const node = (args, extra = {}) =>
  spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...env, ...extra } }).status === 0;
const nx = (target) =>
  node(['node_modules/.bin/nx', 'run-many', '-t', target, '--outputStyle=static'], { NODE_OPTIONS: '' });

/** A check counts as one test of its own, so that the closing line tells of it too. */
function check(title, work) {
  const since = Date.now();
  console.log(`\n── ${title}`);
  const good = work();
  console.log(`── ${title}: ${good ? 'good' : 'FAILED'} (${seconds(since)})`);
  counts[good ? 'passed' : 'failed'] += 1;
  if (!good) failures.push(title);
}

/** A Jest run counts as its tests. One that could not even report them is one failure. */
function jest(title, name, args, extra) {
  const since = Date.now();
  console.log(`\n── ${title}`);
  const file = `${results}/${name}.json`;
  const good = node(['node_modules/jest/bin/jest.js', '--json', `--outputFile=${file}`, ...args], extra);
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  } catch {
    counts.failed += 1;
  }
  if (!good && report && report.numFailedTests + report.numRuntimeErrorTestSuites === 0) counts.failed += 1;
  if (!good) failures.push(title);
  console.log(`── ${title}: ${good ? 'good' : 'FAILED'} (${seconds(since)})`);
}

const paths = {};
check('Programs', () =>
  ['chromium', 'redis-server']
    .map((name) => {
      try {
        paths[name] = ensureProgram(name);
        console.log(`${name}: ${paths[name]}`);
        return true;
      } catch (error) {
        console.error(error.message);
        return false;
      }
    })
    .every(Boolean),
);
check('Format', () =>
  node(['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'], { NODE_OPTIONS: '' }),
);
check('Lint', () => nx('lint'));
check('Types', () => nx('typecheck'));
check('Build', () => nx('build'));
// More than two cores: a third of the time these wait for a process, a simulator or a clock.
jest('Unit and integration', 'unit', ['-c', 'jest.config.js', '--maxWorkers=3'], {
  REDIS_SERVER_PATH: paths['redis-server'] ?? '',
  PARLEY_EVIDENCE: evidence,
});
jest('Browser', 'browser', ['-c', 'e2e/jest.config.js', '--maxWorkers=2'], { CHROMIUM_PATH: paths.chromium ?? '' });
check('No credential in any log', () => {
  const { credentials, lines, findings } = searchLogs(evidence);
  console.log(`${lines} lines were searched for ${credentials} credentials`);
  for (const finding of findings) console.error(finding);
  // Nothing to search or to search for would be a broken search.
  return findings.length === 0 && credentials > 100 && lines > 100;
});

console.log(`\n${failures.length === 0 ? 'All good' : `Failed: ${failures.join(', ')}`} in ${seconds(started)}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(failures.length === 0 && counts.failed === 0 ? 0 : 1);
