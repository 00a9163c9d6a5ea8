import type { Entry } from '@parley/protocol';
import type { ConversationStore, HeldConversation } from '../domain/conversation-store';
import type { ErasedPrincipals } from '../domain/erasure';
import type { ModeratedConversations } from '../domain/moderation';
import type { Rooms } from '../domain/rooms';
import type { FanOut } from './fan-out';
import { entryFrame, topicOf, writeSignal } from './signals';

/** Tells all processes that others than before may hear a conversation; nobody, when it was deleted. */
export const announceMembers = (fanOut: Pick<FanOut, 'publish'>, conversationId: string): void =>
  fanOut.publish(topicOf(conversationId), writeSignal({ kind: 'members' }));

/**
 * A store that tells all processes what was appended and whose membership changed, once it is a fact. Whoever writes through
 * it, an answer, a member or somebody in a call, is heard at once. Of a deletion its `beforeRemove` tells: others than the
 * owner begin or finish one too.
 */
export function announcing<S extends ConversationStore & Rooms & ModeratedConversations & ErasedPrincipals>(
  store: S,
  fanOut: Pick<FanOut, 'publish'>,
): S {
  const membersChanged = (id: string) => announceMembers(fanOut, id);
  const said = (entry: Entry) => {
    const signal = { kind: 'entry', seq: entry.seq, frame: entryFrame(entry) } as const;
    fanOut.publish(topicOf(entry.conversationId), writeSignal(signal));
    return entry;
  };
  const announced = (held: HeldConversation): HeldConversation => ({
    ...held,
    append: async (draft, key, options) => said(await held.append(draft, key, options)),
  });
  const told: Pick<ConversationStore, 'append' | 'hold' | 'createHeld' | 'addMember' | 'removeMember' | 'handOver'> &
    Pick<Rooms, 'join'> &
    Pick<ModeratedConversations, 'removeContent'> &
    ErasedPrincipals = {
    async append(principalId, id, draft, key, options) {
      return said(await store.append(principalId, id, draft, key, options));
    },
    hold: async (principalId, id) => announced(await store.hold(principalId, id)),
    createHeld: async (by, draft) => announced(await store.createHeld(by, draft)),
    async removeContent(by, id, messageId) {
      return said(await store.removeContent(by, id, messageId));
    },
    erasePrincipal: (principalId, options) => store.erasePrincipal(principalId, { ...options, told: said }),
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
    async handOver(fromId, to) {
      const ids = await store.handOver(fromId, to);
      ids.forEach(membersChanged);
      return ids;
    },
  };
  return { ...store, ...told };
}
