import { createHash } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import type { Author } from '@parley/protocol';
import type { ConversationDraft } from '../domain/conversation-store';
import type { StoreContext } from './context';
import { ITEM_VERSION, type RecordItem } from './items';
import { ownKey } from './keys';
import type { Records } from './records';

/** Which conversation a principal has under a name of his own: the pointer is a fact, so its id can stay unguessable. */
export class OwnConversations {
  constructor(
    private readonly context: StoreContext,
    private readonly records: Records,
  ) {}

  async find(principalId: string, name: string): Promise<string | undefined> {
    const id = await this.pointer(principalId, name);
    if (id === undefined) return undefined;
    return this.records.open(principalId, id).then(
      () => id,
      (error: unknown) => {
        if (error instanceof ParleyError && error.code === 'conversation_not_found') return undefined;
        throw error;
      },
    );
  }

  async open(by: Author, name: string, draft: Pick<ConversationDraft, 'assistant'>): Promise<RecordItem> {
    const known = await this.pointer(by.id, name);
    if (known !== undefined) {
      const record = await this.records.read(known);
      if (record?.state === 'live' && record.owner.id === by.id) return record;
      // Only pointed at when its making broke off.
      if (record === undefined) return this.records.create(by, { ...draft, id: known });
    }
    return this.make(by, name, draft, known);
  }

  /** The pointer first: of two processes that do this at once, one makes the conversation and the other finds it. */
  private async make(
    by: Author,
    name: string,
    draft: Pick<ConversationDraft, 'assistant'>,
    former: string | undefined,
  ): Promise<RecordItem> {
    const { table, randomId } = this.context;
    const id = randomId();
    const item = { ...keyOf(by.id, name), v: ITEM_VERSION, id };
    const isFirst =
      former === undefined ? await table.putNew(item) : await table.putWhen(item, '#id = :former', { former });
    const chosen = isFirst ? id : await this.pointer(by.id, name);
    return this.records.create(by, { ...draft, id: chosen ?? id });
  }

  private async pointer(principalId: string, name: string): Promise<string | undefined> {
    return (await this.context.table.get(keyOf(principalId, name)))?.id as string | undefined;
  }
}

const keyOf = (principalId: string, name: string) =>
  ownKey(principalId, createHash('sha256').update(name).digest('base64url'));
