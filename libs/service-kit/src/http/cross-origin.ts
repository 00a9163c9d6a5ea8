import { ParleyError } from '@parley/errors';
import type { Request, RequestHandler } from 'express';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS = 'authorization, content-type, last-event-id, x-amz-content-sha256';
const EXPOSED = 'retry-after, x-request-id, x-vercel-ai-ui-message-stream';
/** The route that says why a socket was refused (docs/protocol.md). */
const ASK_WHY = '/api/session/me';
/** How long a browser remembers the answer; Chromium caps at two hours. */
const REMEMBERED_S = 600;

/**
 * Lets pages of the allowed origins call and read (CORS). They bring their own `Authorization`, a person's or a guest's:
 * cookies are the own origin's, so no credentials are allowed. To pages of all other origins nothing is said, and a browser
 * keeps the answer from them. A preflight is answered here, before any guard: it carries no identity.
 *
 * One thing such a page may read: that its origin is the reason, where it asks `GET /api/session/me` without a credential.
 * A browser tells it nothing else of a refused socket or preflight, and a widget must not call that an outage.
 */
export function crossOrigin(allowedOrigins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    const isAllowed = origin !== undefined && allowedOrigins.includes(origin);
    if (isAllowed) response.setHeader('access-control-allow-origin', origin);
    if (origin !== undefined && !isAllowed && asksWhy(request)) {
      response.setHeader('access-control-allow-origin', '*');
      return next(new ParleyError('origin_not_allowed'));
    }
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      if (isAllowed) response.setHeader('access-control-expose-headers', EXPOSED);
      return next();
    }
    if (isAllowed) {
      response.setHeader('access-control-allow-methods', METHODS);
      response.setHeader('access-control-allow-headers', HEADERS);
      response.setHeader('access-control-max-age', String(REMEMBERED_S));
    }
    response.status(204).end();
  };
}

const asksWhy = ({ method, path, headers }: Request) =>
  method === 'GET' && path === ASK_WHY && headers.authorization === undefined;
