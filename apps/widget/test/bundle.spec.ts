import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A shop's visitors pay this on every first visit. */
const MOST_BYTES = 60 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'parley-widget-'));
const built = (name: string) => readFileSync(join(folder, name), 'utf8');
beforeAll(() => void execFileSync(process.execPath, [resolve(import.meta.dirname, '../build.mjs'), folder]), 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('costs a page less than 60 KB, gzipped', () => {
  const bytes = gzipSync(built('widget.js')).length;
  expect(`${bytes} bytes: ${bytes < MOST_BYTES ? 'fits' : `more than ${MOST_BYTES}`}`).toBe(`${bytes} bytes: fits`);
});

it('is one classic script: it loads nothing else before it is used, and has no framework and no schemas in it', () => {
  const code = built('widget.js');
  expect(code).not.toMatch(/\bimport\s*\(|^\s*(import|export)\s|import\.meta/m);
  expect(code).not.toMatch(/react|ZodError/i);
});

it('needs nothing of a page’s policy but its origin: no code from text, no HTML from text, no inline style', () => {
  expect(built('widget.js')).not.toMatch(/\beval\(|new Function|\.innerHTML|insertAdjacentHTML|document\.write/);
});

it('brings the audio thread as one file', () => {
  expect(built('widget-audio.js')).toContain('registerProcessor(');
  expect(built('widget-audio.js')).not.toMatch(/^\s*import /m);
});
