export { startTestPool, type KeyAnswer, type MintOptions, type TestPool } from './test-pool';
export { ATTACKS, SPELLINGS, type Attack } from './attacks';
