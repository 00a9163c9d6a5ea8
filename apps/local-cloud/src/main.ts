import { LocalCloud } from './local-cloud';

/** npm and the terminal both pass Ctrl-C on: what comes this soon after the first is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** What a shell calls a program that Ctrl-C has killed. */
const FORCED_EXIT_CODE = 130;

const write = (text: string) => void process.stdout.write(text);
const fail = (message: string): never => {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
};

const cloud = (() => {
  try {
    return new LocalCloud({
      root: process.cwd(),
      env: process.env,
      write,
      colours: (process.stdout.isTTY || process.env['FORCE_COLOR'] === '1') && !process.env['NO_COLOR'],
      onGivenUp: () => void leave(1),
    });
  } catch (error) {
    return fail((error as Error).message);
  }
})();

let leavingSinceMs: number | undefined;
let isForced = false;
async function leave(exitCode: number): Promise<void> {
  if (leavingSinceMs !== undefined) return;
  leavingSinceMs = performance.now();
  await cloud.stop();
  process.exit(isForced ? FORCED_EXIT_CODE : exitCode);
}

function onSignal(): void {
  if (leavingSinceMs === undefined) {
    cloud.say('info', 'Stopping; Ctrl-C again to stop at once');
    return void leave(0);
  }
  if (performance.now() - leavingSinceMs < SAME_SIGNAL_MS) return;
  isForced = true;
  cloud.killNow();
  // The stop that is under way ends by itself now that nothing is left to wait for.
  setTimeout(() => process.exit(FORCED_EXIT_CODE), SAME_SIGNAL_MS);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
process.on('disconnect', onSignal);
// Nobody reads any more: a pipe that was closed, a terminal that is gone.
process.stdout.on('error', () => void leave(0));
// Whatever ends this process, the services end with it.
process.on('exit', () => cloud.killNow());
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    cloud.say('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    void leave(1);
  });

try {
  await cloud.start();
} catch (error) {
  if (leavingSinceMs === undefined) {
    await cloud.stop();
    fail((error as Error).message);
  }
}
