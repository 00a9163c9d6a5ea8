export { TestDynamo } from './dynamo';
export { RedisServer, type RedisServerOptions } from './redis-server';
export { Ear } from './ear';
export { seeded } from './drafts';
export { commandsOf } from './faults';
export { Sha256 } from './sha256';
