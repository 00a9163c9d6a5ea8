import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LEASE_MS, type ClaimDraft, type GenerationClaim, type GenerationClaims } from '../domain/generation-claims';
import { ITEM_VERSION } from './items';
import { RUNNING, generationKey } from './keys';
import { Table, type Item } from './table';

interface ClaimItem extends Item {
  generationId: string;
  key: string;
  principalId: string;
  assistant: string;
  state: GenerationClaim['state'];
  succeeded?: boolean;
  stop?: boolean;
  leaseUntil: number;
  endedAt?: number;
}

/** Claims in the table of conversations, beside the record: a conversation's deletion takes them along. */
export class DynamoGenerationClaims implements GenerationClaims {
  private readonly table: Table;

  /** @param now epoch milliseconds. Replicas' clocks may differ by a second or two: leases are longer. */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  async find(conversationId: string): Promise<GenerationClaim | undefined> {
    const item = await this.table.get(generationKey(conversationId));
    return item && toClaim(item as ClaimItem);
  }

  async take(draft: ClaimDraft, current: GenerationClaim | undefined): Promise<GenerationClaim | undefined> {
    const { conversationId, ...facts } = draft;
    const item: ClaimItem = {
      ...generationKey(conversationId),
      v: ITEM_VERSION,
      ...facts,
      state: 'running',
      leaseUntil: this.now() + LEASE_MS,
      // Listed while it runs, so that abandoned ones are found.
      member: RUNNING,
      listedAt: new Date(this.now()).toISOString(),
    };
    const taken =
      current === undefined
        ? await this.table.putNew(item)
        : current.state === 'ended' &&
          (await this.table.putWhen(item, '#generationId = :current AND #state = :ended', {
            current: current.generationId,
            ended: 'ended',
          }));
    if (taken) return toClaim(item);
    // It may be ours: put by an attempt of the SDK whose answer was lost.
    const found = await this.find(conversationId);
    return found?.generationId === draft.generationId ? found : undefined;
  }

  async renew(claim: GenerationClaim): Promise<GenerationClaim | undefined> {
    return this.change(claim, { leaseUntil: this.now() + LEASE_MS });
  }

  async finish(claim: GenerationClaim, { succeeded }: { succeeded: boolean }): Promise<boolean> {
    const ended = { state: 'ended', succeeded, endedAt: this.now() };
    return (await this.change(claim, ended, { remove: ['member', 'listedAt', 'stop'] })) !== undefined;
  }

  async release(claim: GenerationClaim): Promise<void> {
    await this.table.deleteWhen(generationKey(claim.conversationId), '#generationId = :id', { id: claim.generationId });
  }

  async stop(claim: GenerationClaim): Promise<boolean> {
    return (await this.change(claim, { stop: true })) !== undefined;
  }

  async takeOver(claim: GenerationClaim): Promise<GenerationClaim | undefined> {
    const now = this.now();
    return this.change(claim, { leaseUntil: now + LEASE_MS }, { when: '#leaseUntil < :now', values: { now } });
  }

  async *abandoned(): AsyncGenerator<GenerationClaim> {
    const startedBefore = new Date(this.now() - LEASE_MS).toISOString();
    for await (const { pk } of this.table.queryIndex(RUNNING, ' ', startedBefore, 100)) {
      const claim = await this.find(pk.slice('C#'.length));
      if (claim?.state === 'running' && claim.leaseUntil < this.now()) yield claim;
    }
  }

  /** Changes a claim as long as it runs and is the same one; a conversation that was deleted has none to change. */
  private async change(
    { conversationId, generationId }: GenerationClaim,
    set: Record<string, unknown>,
    more: { remove?: readonly string[]; when?: string; values?: Record<string, unknown> } = {},
  ): Promise<GenerationClaim | undefined> {
    const item = await this.table.updated(generationKey(conversationId), {
      set,
      remove: more.remove,
      when: ['#generationId = :id', '#state = :running', ...(more.when ? [more.when] : [])].join(' AND '),
      values: { id: generationId, running: 'running', ...more.values },
    });
    return item && toClaim(item as ClaimItem);
  }
}

const toClaim = (item: ClaimItem): GenerationClaim => ({
  conversationId: item.pk.slice('C#'.length),
  generationId: item.generationId,
  key: item.key,
  principalId: item.principalId,
  assistant: item.assistant,
  state: item.state,
  succeeded: item.succeeded ?? false,
  isStopWanted: item.stop ?? false,
  leaseUntil: item.leaseUntil,
  ...(item.endedAt === undefined ? {} : { endedAt: item.endedAt }),
});
