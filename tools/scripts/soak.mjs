// `npm run soak`: the scenarios of the tests that have a volume, at full volume. Minutes to an hour; counts as `npm test` does.
import { spawnSync } from 'node:child_process';
import { ensureProgram } from './programs.mjs';

/** Each reads SOAK and says itself what its full volume is. */
const SCENARIOS = [
  ['A million spoilt frames', 'apps/voice-gateway/jest.config.js', 'src/fuzz.spec'],
  ['A thousand calls leave nothing behind', 'apps/voice-gateway/jest.config.js', 'src/leaks.spec'],
  ['Ten thousand cuts of answers on two replicas', 'apps/chat-service/jest.config.js', 'src/replicas.spec'],
  ['Three hundred people, five thousand messages', 'apps/chat-service/jest.config.js', 'src/rooms-replicas.spec'],
];

ensureProgram('redis-server');
const chosen = process.argv.slice(2);
const failed = [];
let run = 0;
for (const [title, config, pattern] of SCENARIOS) {
  if (chosen.length > 0 && !chosen.some((word) => pattern.includes(word))) continue;
  run += 1;
  const since = Date.now();
  console.log(`\n── ${title}`);
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '-c', config, pattern, '--runInBand', '--testTimeout=3600000'],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        SOAK: 'true',
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
    },
  );
  console.log(`── ${title}: ${status === 0 ? 'good' : 'FAILED'} (${((Date.now() - since) / 1_000).toFixed(0)} s)`);
  if (status !== 0) failed.push(title);
}
console.log(`\n${run - failed.length} passed, ${failed.length} failed, 0 skipped`);
process.exit(failed.length === 0 && run > 0 ? 0 : 1);
