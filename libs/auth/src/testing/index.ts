export { startTestPool, type KeyAnswer, type MintOptions, type TestPool } from './test-pool';
export { GuestSessions } from '../domain/guest-sessions';
export { ATTACKS, SPELLINGS, type Attack } from './attacks';
export { MemoryConnectionRegistry, SharedConnections } from '../memory/connection-registry';
