import { existsSync, readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { isEmbeddedFile, WIDGET_CACHE } from '@parley/descriptor';

export interface SiteFile {
  /** The key in the bucket. */
  key: string;
  path: string;
  contentType: string;
  cacheControl: string;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** What has a hash in its name never changes; the rest is asked for again each time, so nothing has to be invalidated. */
const FOREVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/**
 * The files of the built page, by key. Source maps stay behind.
 *
 * @throws Error that says how to build it when it is not there
 */
export function siteFiles(folder: string): SiteFile[] {
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`There is no page in ${folder}: npx nx build web`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) !== '.map')
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const key = relative(folder, path).split(sep).join('/');
      return {
        key,
        path,
        contentType: TYPES[extname(key)] ?? 'application/octet-stream',
        cacheControl: cacheControlOf(key),
      };
    })
    .filter(({ key }) => key !== 'config.json')
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function cacheControlOf(key: string): string {
  if (key.startsWith('assets/')) return FOREVER;
  return isEmbeddedFile(`/${key}`) ? WIDGET_CACHE : ASK_AGAIN;
}
