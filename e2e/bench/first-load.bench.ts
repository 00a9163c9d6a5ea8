import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, signIn } from '../src/support/browser';
import { Stack } from '../src/support/stack';

const LOADS = 10;
/** A phone of the middle range against the machine of a developer, as Lighthouse has it. */
const SLOWER = 4;

/** One load of the page, in milliseconds from its beginning. */
interface Load {
  firstPaintMs: number;
  /** What a person came for is there: a button that begins it. */
  readyMs: number;
  /** Of all tasks until then what is over 50 ms: so long a key or a finger would have had to wait. */
  blockedMs: number;
}

async function load(page: Page, ready: string): Promise<Load> {
  await page.reload({ waitUntil: 'commit' });
  await page.getByTestId(ready).waitFor();
  return page.evaluate(async () => {
    const long = await new Promise<PerformanceEntry[]>((resolve) => {
      // Those of before are handed over at once; none at all, not even an empty list.
      new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type: 'longtask', buffered: true });
      setTimeout(() => resolve([]), 500);
    });
    const [ready] = performance.getEntriesByName('ready');
    const readyMs = ready!.startTime;
    return {
      firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
      readyMs,
      blockedMs: long
        .filter(({ startTime }) => startTime < readyMs)
        .reduce((sum, { duration }) => sum + Math.max(0, duration - 50), 0),
    };
  });
}

/** Notes in the page when something is there, which asking from outside would tell too late. */
const noteWhenThere = (ready: string) => {
  const isThere = () => document.querySelector(`[data-testid="${ready}"]`) !== null;
  const observer = new MutationObserver(() => {
    if (!isThere()) return;
    performance.mark('ready');
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true });
};

async function measured(browser: Browser, url: string, ready: string, user?: string): Promise<Load[]> {
  const { page, context } = await openPage(browser);
  if (user === undefined) await page.goto(url);
  else await signIn(page, url, user);
  await page.addInitScript(noteWhenThere, ready);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const loads: Load[] = [];
  while (loads.length < LOADS) loads.push(await load(page, ready));
  await context.close();
  return loads;
}

const row = (name: string, loads: Load[]) => {
  const median = (values: number[]) =>
    String(Math.round([...values].sort((one, other) => one - other)[values.length >> 1]!));
  return [
    name,
    ...[
      median(loads.map((one) => one.firstPaintMs)),
      median(loads.map((one) => one.readyMs)),
      median(loads.map((one) => one.blockedMs)),
    ],
  ];
};

export default async () => ({
  tables: [
    {
      title: `The first load in Chromium, a processor ${SLOWER} times slower, nothing of the network; ms, median of ${LOADS}`,
      figures: async () => {
        const [stack, browser] = await Promise.all([Stack.start(), openBrowser()]);
        try {
          return {
            head: ['', 'first paint', 'ready to begin', 'blocked meanwhile'],
            rows: [
              row('signed out', await measured(browser, stack.url, 'sign-in')),
              row('signed in', await measured(browser, stack.url, 'start-call', 'alice')),
            ],
          };
        } finally {
          await browser.close();
          await stack.interrupt();
        }
      },
    },
  ],
});
