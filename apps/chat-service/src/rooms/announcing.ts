import type { ConversationStore, FanOut, Rooms } from '@parley/conversations';
import { entryFrame, topicOf, writeSignal } from './signals';

/**
 * A store that tells all processes what was appended and whose membership changed, once it is a fact. Whoever writes through
 * it, an answer or a member, is heard at once.
 */
export function announcing<S extends ConversationStore & Rooms>(store: S, fanOut: Pick<FanOut, 'publish'>): S {
  const membersChanged = (id: string) => fanOut.publish(topicOf(id), writeSignal({ kind: 'members' }));
  const told: Pick<ConversationStore, 'append' | 'addMember' | 'removeMember' | 'remove' | 'handOver'> &
    Pick<Rooms, 'join'> = {
    async append(principalId, id, draft, key) {
      const entry = await store.append(principalId, id, draft, key);
      fanOut.publish(topicOf(id), writeSignal({ kind: 'entry', seq: entry.seq, frame: entryFrame(entry) }));
      return entry;
    },
    async addMember(principalId, id, member, role) {
      const conversation = await store.addMember(principalId, id, member, role);
      membersChanged(id);
      return conversation;
    },
    async join(by, id, invitation) {
      const conversation = await store.join(by, id, invitation);
      membersChanged(id);
      return conversation;
    },
    async removeMember(principalId, id, memberId) {
      await store.removeMember(principalId, id, memberId);
      membersChanged(id);
    },
    async remove(principalId, id) {
      await store.remove(principalId, id);
      membersChanged(id);
    },
    async handOver(fromId, to) {
      const ids = await store.handOver(fromId, to);
      ids.forEach(membersChanged);
      return ids;
    },
  };
  return { ...store, ...told };
}
