import { CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY } from '@parley/descriptor';

/** On every answer of the site. HSTS is missing on purpose: this edge speaks plain HTTP. */
export const SECURITY_HEADERS: readonly [string, string][] = [
  ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
  ['Permissions-Policy', PERMISSIONS_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
];
