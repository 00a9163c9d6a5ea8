import type { ConversationStore, FanOut, HeldConversation, ModeratedConversations, Rooms } from '@parley/conversations';
import type { Entry } from '@parley/protocol';
import { entryFrame, topicOf, writeSignal } from './signals';

/**
 * A store that tells all processes what was appended and whose membership changed, once it is a fact. Whoever writes through
 * it, an answer or a member, is heard at once.
 */
export function announcing<S extends ConversationStore & Rooms & ModeratedConversations>(
  store: S,
  fanOut: Pick<FanOut, 'publish'>,
): S {
  const membersChanged = (id: string) => fanOut.publish(topicOf(id), writeSignal({ kind: 'members' }));
  const said = (entry: Entry) => {
    const signal = { kind: 'entry', seq: entry.seq, frame: entryFrame(entry) } as const;
    fanOut.publish(topicOf(entry.conversationId), writeSignal(signal));
    return entry;
  };
  const announced = (held: HeldConversation): HeldConversation => ({
    ...held,
    append: async (draft, key) => said(await held.append(draft, key)),
  });
  const told: Pick<
    ConversationStore,
    'append' | 'hold' | 'createHeld' | 'addMember' | 'removeMember' | 'remove' | 'handOver'
  > &
    Pick<Rooms, 'join'> &
    Pick<ModeratedConversations, 'removeContent'> = {
    async append(principalId, id, draft, key) {
      return said(await store.append(principalId, id, draft, key));
    },
    hold: async (principalId, id) => announced(await store.hold(principalId, id)),
    createHeld: async (by, draft) => announced(await store.createHeld(by, draft)),
    async removeContent(by, id, messageId) {
      return said(await store.removeContent(by, id, messageId));
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
