import { dtmfTones } from '@parley/aws-sim';
import { join, silence } from '../src/support/audio';
import { audioTimes, openBrowser, openPage, signIn } from '../src/support/browser';
import { Stack } from '../src/support/stack';
import { loopsOf, type Loop } from './loops';

const RUNS = 20;
const RATE_HZ = 16_000;
/** Of the simulator: so long it waits in silence before it answers, and so long it listens before it gives way. */
const SIMULATOR = { endOfTurnMs: 500, onsetMs: 60 };

/** One question with a long answer, and a word said over that answer. */
const recording = join(
  silence(300, RATE_HZ),
  dtmfTones('12345678'),
  silence(1_700, RATE_HZ),
  dtmfTones('999'),
  silence(3_000, RATE_HZ),
);

/** Talks to the built stack from a real Chromium until both things were measured often enough. */
async function measured(): Promise<Loop[]> {
  const stack = await Stack.start();
  const browser = await openBrowser(recording);
  try {
    const { page } = await openPage(browser);
    await signIn(page, stack.url, 'alice');
    await page.getByTestId('start-call').click();
    const cycleMs = (recording.length / RATE_HZ) * 1_000;
    const limit = performance.now() + 1.6 * RUNS * cycleMs;
    for (;;) {
      await new Promise((wait) => setTimeout(wait, cycleMs));
      const loops = loopsOf(await audioTimes(page));
      if (loops.length >= RUNS) return loops.slice(0, RUNS);
      if (performance.now() > limit) throw new Error(`Only ${loops.length} of ${RUNS} turns could be measured`);
    }
  } finally {
    await browser.close();
    await stack.interrupt();
  }
}

const row = (name: string, values: number[], simulatorMs?: number) => {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => String(Math.round(sorted[Math.ceil(share * sorted.length) - 1]!));
  return [name, at(0.5), at(0.95), at(1), simulatorMs === undefined ? '' : String(simulatorMs)];
};

export default async () => ({
  tables: [
    {
      title: `The voice loop in Chromium, ms over ${RUNS} turns`,
      figures: async () => {
        const loops = await measured();
        return {
          head: ['', 'p50', 'p95', 'worst', "of it the simulator's"],
          rows: [
            row(
              'end of speech to the first byte of the answer',
              loops.map(({ answeredMs }) => answeredMs),
              SIMULATOR.endOfTurnMs,
            ),
            row(
              'end of speech to the first audible sample',
              loops.map(({ audibleMs }) => audibleMs),
              SIMULATOR.endOfTurnMs,
            ),
            row(
              'beginning to speak over the answer to the news of it',
              loops.map(({ toldMs }) => toldMs),
              SIMULATOR.onsetMs,
            ),
            row(
              'beginning to speak over the answer to silence',
              loops.map(({ silentMs }) => silentMs),
              SIMULATOR.onsetMs,
            ),
          ],
        };
      },
    },
  ],
});
