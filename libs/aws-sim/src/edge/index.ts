export { startEdge } from './start-edge';
export type { Edge, EdgeLogEntry, EdgeOptions } from './options';
export { SECURITY_HEADERS } from './security-headers';
