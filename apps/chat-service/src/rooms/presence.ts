import type { AssistantCatalog } from '@parley/assistants';
import type { ConnectionRegistry } from '@parley/auth';
import type { Author, Conversation } from '@parley/protocol';
import { withAssistantNames } from '../conversations/assistant-names';

/** Members that are asked about at the same time. */
const AT_ONCE = 20;
const PATH = '/ws/chat';

export interface PresentMember {
  principal: Author;
  online: boolean;
}

/** Who of the members has a connection for chat, in any process that lives. */
export class Presence {
  constructor(
    private readonly registry: Pick<ConnectionRegistry, 'of'>,
    private readonly assistants: Pick<AssistantCatalog, 'all'>,
  ) {}

  /** People in the order of the members; assistants are always there. @throws ParleyError `store_unavailable` */
  async of(conversation: Pick<Conversation, 'members'>): Promise<PresentMember[]> {
    const { members } = withAssistantNames(conversation, this.assistants);
    const present: PresentMember[] = [];
    for (let at = 0; at < members.length; at += AT_ONCE)
      present.push(
        ...(await Promise.all(
          members.slice(at, at + AT_ONCE).map(async ({ kind, id, name }) => ({
            principal: { kind, id, name },
            online: kind === 'assistant' || (await this.isOnline(id)),
          })),
        )),
      );
    return present;
  }

  /** @param except a connection that does not count, because it is being closed */
  async isOnline(principalId: string, except?: string): Promise<boolean> {
    const connections = await this.registry.of(principalId);
    return connections.some(({ id, path }) => id !== except && path.startsWith(PATH));
  }
}
