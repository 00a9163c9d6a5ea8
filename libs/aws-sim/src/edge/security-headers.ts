/**
 * What the page may do. Everything comes from its own origin: modules, worklets, the services and their sockets (`'self'`
 * covers `ws:` of the same host, CSP 3). No inline script and no inline style; React sets styles through the DOM, which
 * this allows. `data:` and `blob:` are for small images that Vite inlines and for audio that the page makes.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer of the site. HSTS is missing on purpose: this edge speaks plain HTTP. */
export const SECURITY_HEADERS: readonly [string, string][] = [
  ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
  ['Permissions-Policy', 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
];
