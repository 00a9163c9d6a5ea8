import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileOf } from './site';
import { startEdge } from './start-edge';
import type { Edge } from './options';
import { CONFIG, rawExchange } from './testing/stand-in';

const parent = mkdtempSync(join(tmpdir(), 'parley-site-'));
const folder = join(parent, 'web');
let edge: Edge;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(parent, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Parley</title>');
  writeFileSync(join(folder, 'assets', 'index-4f2a.js'), 'export {};');
  writeFileSync(join(folder, 'worklet.js'), 'registerProcessor();');
  for (const name of ['widget.js', 'widget-audio.js']) writeFileSync(join(folder, name), '// the widget');
  edge = await startEdge({ routes: [], targets: {}, siteFolder: folder, config: CONFIG });
});
afterAll(() => edge.close());

const get = (path: string, init?: RequestInit) => fetch(`${edge.origin}${path}`, init);

it.each([
  ['/', 'text/html; charset=utf-8', 'no-store'],
  ['/index.html', 'text/html; charset=utf-8', 'no-store'],
  ['/conversations/42', 'text/html; charset=utf-8', 'no-store'],
  ['/assets/index-4f2a.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/worklet.js', 'text/javascript; charset=utf-8', 'no-cache'],
  ['/widget.js', 'text/javascript; charset=utf-8', 'public, max-age=300'],
  ['/config.json', 'application/json; charset=utf-8', 'no-store'],
])('%s is served as %s, %s', async (path, type, cache) => {
  const answer = await get(path);
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    type,
    cache,
  ]);
});

it('answers the configuration of the page', async () => {
  expect(await (await get('/config.json')).json()).toEqual(CONFIG);
});

it('answers an extension-less path with the page, /health and /metrics included', async () => {
  for (const path of ['/talk', '/health/ready', '/metrics'])
    expect(await (await get(path)).text()).toContain('<title>Parley');
});

it('answers 404 for a file that is not there, as JSON to programs', async () => {
  const answer = await get('/assets/old-0000.js');
  expect([answer.status, await answer.json()]).toMatchObject([404, { message: 'There is no such file' }]);
});

it('answers 304 to the ETag it gave, and 200 when the file has changed', async () => {
  const etag = (await get('/worklet.js')).headers.get('etag') ?? '';
  expect((await get('/worklet.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
  writeFileSync(join(folder, 'worklet.js'), 'registerProcessor(); // changed');
  expect((await get('/worklet.js', { headers: { 'if-none-match': etag } })).status).toBe(200);
});

it('answers HEAD with the headers of GET and no body', async () => {
  const answer = await get('/', { method: 'HEAD' });
  expect([answer.status, Number(answer.headers.get('content-length')) > 0, await answer.text()]).toEqual([
    200,
    true,
    '',
  ]);
});

it('refuses other methods', async () => {
  expect((await get('/', { method: 'POST', body: 'x' })).status).toBe(403);
});

it.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e%2fsecret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/..%5csecret.txt',
])('does not leave its folder for %s', async (path) => {
  const answer = await rawExchange(edge.port, `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 40[04]/);
  expect(answer).not.toContain('\r\n\r\nsecret');
});

it.each(['/%00.html', '/%zz.html', '/a\\..\\b.js'])('has no file for %s', (path) =>
  expect(fileOf(folder, path)).toBeUndefined(),
);

it('lets the page load only from its own origin and use the microphone, and nobody frame it', async () => {
  for (const path of ['/', '/config.json', '/worklet.js']) {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'self'", "connect-src 'self'", "script-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy.length).toBeLessThan(1_783);
    expect(headers.get('permissions-policy')).toContain('microphone=(self)');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('lets pages of other origins load the widget, and nothing else of the site', async () => {
  const embedding = async (path: string) => {
    const { headers } = await get(path, { headers: { origin: 'https://shop.example' } });
    return [headers.get('access-control-allow-origin'), headers.get('cross-origin-resource-policy')];
  };
  for (const path of ['/widget.js', '/widget-audio.js', '/config.json'])
    expect(await embedding(path)).toEqual(['*', 'cross-origin']);
  for (const path of ['/', '/index.html', '/assets/index-4f2a.js', '/worklet.js'])
    expect(await embedding(path)).toEqual([null, null]);
});

it('says so when the page is not built', async () => {
  const bare = mkdtempSync(join(tmpdir(), 'parley-nosite-'));
  const other = await startEdge({ routes: [], targets: {}, siteFolder: bare, config: CONFIG });
  const answer = await fetch(`${other.origin}/`);
  expect([answer.status, await answer.json()]).toMatchObject([503, { message: 'The page is not built yet' }]);
  await other.close();
  rmSync(bare, { recursive: true });
});
