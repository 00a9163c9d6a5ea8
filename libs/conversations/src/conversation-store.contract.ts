import { describeList } from './contract/list';
import { describeLog } from './contract/log';
import { describeRights } from './contract/rights';
import { describeRooms } from './contract/rooms';
import type { Subject } from './contract/subject';

/** What every ConversationStore promises. `make` gives a store with nothing in it. */
export function describeConversationStore(name: string, make: () => Promise<Subject>): void {
  describe(`${name}: a conversation store`, () => {
    describe('access', () => describeRights(make));
    describe('the log', () => describeLog(make));
    describe('the list', () => describeList(make));
    describe('rooms', () => describeRooms(make));
  });
}
