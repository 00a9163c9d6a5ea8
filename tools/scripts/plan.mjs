// `npm run plan`: writes docs/deploy/*.md anew, from the program under mocks. Needs neither an account nor a network.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '-c', 'infra/jest.config.js', 'infra/src/plan-pages.spec.ts'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      UPDATE_PLANS: '1',
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  },
);
process.exit(status ?? 1);
