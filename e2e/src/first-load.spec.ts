import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { signIn } from './support/browser';
import { scene } from './support/scene';

/** Of JavaScript, gzipped, until somebody who is signed in can talk or write. */
const BUDGET_BYTES = 200_000;

const here = scene();

it('the first load stays within its budget of JavaScript', async () => {
  const { page } = await here.open();
  const scripts: Response[] = [];
  page.on('response', (response) => void (response.request().resourceType() === 'script' && scripts.push(response)));
  await signIn(page, here.stack.url, 'alice');
  await page.getByTestId('start-call').waitFor();
  scripts.length = 0;
  await page.reload();
  await page.getByTestId('start-call').waitFor();
  const chunks = await Promise.all(
    scripts.map(async (response) => ({
      name: new URL(response.url()).pathname,
      bytes: gzipSync(await (await fetch(response.url())).arrayBuffer()).length,
    })),
  );
  const total = chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  const biggest = chunks
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, 5)
    .map(({ name, bytes }) => `${name} ${(bytes / 1_000).toFixed(1)} KB`);
  const figure = `${(total / 1_000).toFixed(1)} KB of JavaScript (gzip); the biggest: ${biggest.join(', ')}`;
  console.log(`first load: ${figure}`);
  // Two of them at least, or the page loads in another way than this test believes.
  expect(chunks.length).toBeGreaterThan(1);
  if (total > BUDGET_BYTES) throw new Error(`The first load is over its ${BUDGET_BYTES / 1_000} KB: ${figure}`);
});
