import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EMBEDDED_HEADERS, isEmbeddedFile, WIDGET_CACHE } from '@parley/descriptor';
import type { WebConfig } from '@parley/protocol';
import { sendError } from './errors';
import { edgeHeaders } from './headers';
import { SECURITY_HEADERS } from './security-headers';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

export interface Site {
  folder: string;
  config: WebConfig;
}

/** Serves the page as the bucket behind CloudFront does: extension-less paths are the page itself. Returns the status. */
export async function serveSite(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { site, requestId }: { site: Site; requestId: string },
): Promise<number> {
  const fail = (status: number, message: string) => {
    sendError(response, { status, message, requestId, accept: request.headers.accept });
    return status;
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return fail(403, 'The site answers GET and HEAD only');
  const send = (status: number, headers: [string, string][]) =>
    response.writeHead(
      status,
      [...headers, ...SECURITY_HEADERS, ...embedding(path), ...edgeHeaders(requestId, 'Hit')].flat(),
    );

  if (path === '/config.json') {
    const body = JSON.stringify(site.config);
    send(200, [
      ['Content-Type', TYPES['.json'] ?? ''],
      ['Content-Length', String(Buffer.byteLength(body))],
      ['Cache-Control', 'no-store'],
    ]).end(request.method === 'HEAD' ? undefined : body);
    return 200;
  }

  const file = fileOf(site.folder, path);
  if (file === undefined) return fail(400, 'This is not a path of the site');
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile())
    return file === join(site.folder, 'index.html')
      ? fail(503, 'The page is not built yet')
      : fail(404, 'There is no such file');

  const etag = `"${found.size.toString(16)}-${Math.round(found.mtimeMs).toString(16)}"`;
  const headers: [string, string][] = [
    ['Content-Type', TYPES[extname(file)] ?? 'application/octet-stream'],
    ['Cache-Control', cacheControl(path, file)],
    ['ETag', etag],
  ];
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    send(304, headers).end();
    return 304;
  }
  send(200, [...headers, ['Content-Length', String(found.size)]]);
  if (request.method === 'HEAD') response.end();
  // A viewer that leaves in the middle is nobody's error.
  else await pipeline(createReadStream(file), response).catch(() => response.destroy());
  return 200;
}

/** The file of a path inside the folder; `undefined` for one that leaves it or cannot be decoded. */
export function fileOf(folder: string, path: string): string | undefined {
  const root = resolve(folder);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const file = resolve(root, `.${decoded}`);
  if (file !== root && !file.startsWith(root + sep)) return undefined;
  return extname(file) === '' || decoded.endsWith('/') ? join(root, 'index.html') : file;
}

const embedding = (path: string) => (isEmbeddedFile(path) ? Object.entries(EMBEDDED_HEADERS) : []);

/** Vite names what lies in `assets/` by its content; the page must always be the newest. */
function cacheControl(path: string, file: string): string {
  if (path.startsWith('/assets/')) return 'public, max-age=31536000, immutable';
  if (isEmbeddedFile(path)) return WIDGET_CACHE;
  return file.endsWith('.html') ? 'no-store' : 'no-cache';
}

const matchesEtag = (header: string | undefined, etag: string) =>
  header !== undefined && header.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()));
