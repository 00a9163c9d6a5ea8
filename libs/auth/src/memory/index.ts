import type { SessionStores } from '../nest/auth-options';
import { MemoryBans } from './bans';
import { MemoryConnectionRegistry } from './connection-registry';
import { MemoryConsents } from './consents';
import { MemoryDisplayNames } from './display-names';
import { MemorySignOutLog } from './sign-outs';
import { MemoryTicketStore } from './ticket-store';

/** Everything that is kept of sessions, in this process's memory: for tests and trying out. */
export const memorySessions = (): SessionStores => ({
  tickets: new MemoryTicketStore(),
  names: new MemoryDisplayNames(),
  signOuts: new MemorySignOutLog(),
  bans: new MemoryBans(),
  consents: new MemoryConsents(),
  connections: new MemoryConnectionRegistry(),
});
