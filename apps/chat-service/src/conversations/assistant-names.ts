import type { AssistantCatalog } from '@parley/assistants';
import type { Conversation } from '@parley/protocol';

/** The store knows assistants by id; people know them by name. */
export function withAssistantNames<C extends Pick<Conversation, 'members'>>(
  conversation: C,
  assistants: Pick<AssistantCatalog, 'all'>,
): C {
  const names = new Map(assistants.all().map(({ id, name }) => [id, name]));
  const members = conversation.members.map((member) =>
    member.kind === 'assistant' ? { ...member, name: names.get(member.id) ?? member.name } : member,
  );
  return { ...conversation, members };
}
