/**
 * What the page may do, at CloudFront and at the local edge alike. Everything comes from its own origin: modules, worklets,
 * the services and their sockets (`'self'` covers `ws:` of the same host, CSP 3); the code is exchanged on the server, so
 * nothing else is asked. No inline script and no inline style; React sets styles through the DOM, which this allows.
 * `data:` and `blob:` are for small images that Vite inlines and for audio that the page makes.
 * A worker may come from a `blob:` for the code of a practice problem, which a frame without an origin runs (see
 * docs/decisions/2026-11-25-where-practice-code-runs.md); who could make one in the page runs script there already.
 * CloudFront takes at most 1,783 characters.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The page speaks and is spoken to; it needs no other device. */
export const PERMISSIONS_POLICY = 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()';

/**
 * Files of the site that pages of other origins load: the widget, its audio thread (a worklet is fetched by CORS), and which
 * environment it is in. They carry no secret and are asked for without cookies, so any origin may read them; which origins
 * may call the services is `ALLOWED_ORIGINS`.
 */
export const EMBEDDED_FILES = ['/widget.js', '/widget-audio.js', '/config.json'] as const;

/** What lets a page of another origin load {@link EMBEDDED_FILES}, also one that isolates itself by `Cross-Origin-Embedder-Policy`. */
export const EMBEDDED_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/**
 * `Cache-Control` of the widget's scripts. Shops name them without a hash, so they cannot be kept for ever: a new version is
 * everywhere within twice this, since the edge keeps them as long as a browser does.
 */
export const WIDGET_CACHE = 'public, max-age=300';

/** Whether a path of the site is one of {@link EMBEDDED_FILES}. */
export const isEmbeddedFile = (path: string): boolean => (EMBEDDED_FILES as readonly string[]).includes(path);
