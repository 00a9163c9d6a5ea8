import { describeSignOutLog } from '../contract/sign-out-log.contract';
import { describeTicketStore } from '../contract/ticket-store.contract';
import { MemorySignOutLog } from './sign-outs';
import { MemoryTicketStore } from './ticket-store';

describeTicketStore('MemoryTicketStore', async (now) => {
  const store = new MemoryTicketStore(now);
  return [store, store];
});
describeSignOutLog('MemorySignOutLog', async (now) => new MemorySignOutLog(now));
