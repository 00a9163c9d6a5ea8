export { startTestPool, type MintOptions, type TestPool } from './test-pool';
