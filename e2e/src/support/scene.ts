import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser, openPage, screenshot, signIn } from './browser';
import { Stack } from './stack';

/** What most of these tests play in: everything on this machine, and a browser to look at it with. */
export interface Scene {
  readonly stack: Stack;
  readonly browser: Browser;
  /** A window of somebody new, with nothing in it yet. */
  open(options?: Parameters<Browser['newContext']>[0]): Promise<Window>;
  /** The same, and signed in. */
  signedIn(user: string, options?: Parameters<Browser['newContext']>[0]): Promise<Window>;
}
type Window = { page: Page; context: BrowserContext; errors: string[] };

export interface Props {
  /** More of the environment of the stack. */
  settings?: Record<string, string>;
  /** What the microphone hears. */
  recording?: Int16Array;
  /** More flags of the browser. */
  flags?: readonly string[];
}

/**
 * Begins before the first test of the file that calls this, and is cleared away after its last.
 * @param props a function where they are known only once the `beforeAll` before this have run
 */
export function scene(props: Props | (() => Props) = {}): Scene {
  let stack: Stack | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    const { settings, recording, flags } = typeof props === 'function' ? props() : props;
    [stack, browser] = await Promise.all([Stack.start(undefined, settings), openBrowser(recording, flags)]);
  });
  afterEach(async () => {
    if ((globalThis as { hasFailed?: boolean }).hasFailed) await tellOfFailure(stack, browser);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.interrupt();
  });
  return {
    get stack() {
      return stack!;
    },
    get browser() {
      return browser!;
    },
    open: (options) => openPage(browser!, options),
    async signedIn(user, options) {
      const window = await openPage(browser!, options);
      await signIn(window.page, stack!.url, user);
      return window;
    },
  };
}

/** A failure on a busy machine comes once: what each page showed and what the services wrote is all there is to go by. */
async function tellOfFailure(stack: Stack | undefined, browser: Browser | undefined): Promise<void> {
  const name = expect.getState().currentTestName!.replace(/\W+/g, '-');
  const pages = browser?.contexts().flatMap((context) => context.pages()) ?? [];
  for (const [index, page] of pages.entries()) {
    // Where the browser draws nothing any more there is no picture, and the rest is told all the same.
    await screenshot(page, `failed-${name}-${index}`).catch((error: Error) => console.error(error.message));
    console.error(`Shown at ${page.url()}:\n${await page.locator('body').innerText()}`);
  }
  console.error(`Written at the end:\n${stack?.log.split('\n').slice(-40).join('\n')}`);
}
