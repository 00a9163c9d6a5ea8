export { startIssuer, type Issuer, type IssuerOptions } from './start-issuer';
export { DEMO_USERS, type DemoUser } from './demo-users';
export { LOGIN_CLIENT, SPA_CLIENT, type IssuerClient } from './clients';
export type { MintOptions } from './mint';
export { decodeUnverified, TestBrowser, type TokenSet } from './testing';
