import { describeBans } from '../contract/bans.contract';
import { describeSignOutLog } from '../contract/sign-out-log.contract';
import { describeConnectionRegistry } from '../contract/connection-registry.contract';
import { describeConsents } from '../contract/consents.contract';
import { describeDisplayNames } from '../contract/display-names.contract';
import { describeTicketStore } from '../contract/ticket-store.contract';
import { MemoryBans } from './bans';
import { MemoryConnectionRegistry, SharedConnections } from './connection-registry';
import { MemoryConsents } from './consents';
import { MemoryDisplayNames } from './display-names';
import { MemorySignOutLog } from './sign-outs';
import { MemoryTicketStore } from './ticket-store';

describeTicketStore('MemoryTicketStore', async (now) => {
  const store = new MemoryTicketStore(now);
  return [store, store];
});
describeSignOutLog('MemorySignOutLog', async (now) => new MemorySignOutLog(now));
describeConnectionRegistry('MemoryConnectionRegistry', async (now, processes) => {
  const shared = new SharedConnections();
  return Array.from({ length: processes }, () => new MemoryConnectionRegistry(shared, now));
});
describeBans('MemoryBans', async () => {
  const bans = new MemoryBans();
  return { here: bans, elsewhere: bans };
});
describeConsents('MemoryConsents', async (now) => {
  const consents = new MemoryConsents(now);
  return { here: consents, elsewhere: consents };
});
describeDisplayNames('MemoryDisplayNames', async (now) => {
  const names = new MemoryDisplayNames(now);
  return { here: names, elsewhere: () => names };
});
