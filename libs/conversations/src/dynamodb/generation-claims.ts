import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LEASE_MS, type ClaimDraft, type GenerationClaim, type GenerationClaims } from '../domain/generation-claims';
import { ITEM_VERSION } from './items';
import { RUNNING, generationKey } from './keys';
import { ProcessLeases } from './process-leases';
import { Table, type Item } from './table';

interface ClaimItem extends Item {
  generationId: string;
  key: string;
  principalId: string;
  guest?: true;
  assistant: string;
  head?: number;
  state: GenerationClaim['state'];
  succeeded?: boolean;
  /** Which process writes it. */
  producer: string;
  /** ISO time; not of older items. */
  startedAt?: string;
  /** Of one that took over from the producer: it lives as long as this says. */
  leaseUntil?: number;
  endedAt?: number;
}

/**
 * Claims in the table of conversations, beside the record: a conversation's deletion takes them along. That their producer
 * lives is said for all that it writes at once, in one lease for each process.
 */
export class DynamoGenerationClaims implements GenerationClaims {
  private readonly table: Table;
  private readonly leases: ProcessLeases;
  private readonly producer = randomUUID();

  /** @param now epoch milliseconds. Replicas' clocks may differ by a second or two: leases are longer. */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
    this.leases = new ProcessLeases(this.table, this.producer, now);
  }

  async find(conversationId: string): Promise<GenerationClaim | undefined> {
    const item = await this.table.get(generationKey(conversationId));
    return item && this.claimOf(item as ClaimItem);
  }

  async take(draft: ClaimDraft, current: GenerationClaim | undefined): Promise<GenerationClaim | undefined> {
    const { conversationId, ...facts } = draft;
    const leaseUntil = await this.leases.begin();
    const startedAt = new Date(this.now()).toISOString();
    const item: ClaimItem = {
      ...generationKey(conversationId),
      v: ITEM_VERSION,
      ...facts,
      state: 'running',
      producer: this.producer,
      startedAt,
      // Listed while it runs, so that abandoned ones are found.
      member: RUNNING,
      listedAt: startedAt,
    };
    const taken =
      current === undefined
        ? await this.table.putNew(item)
        : current.state === 'ended' &&
          (await this.table.putWhen(item, '#generationId = :current AND #state = :ended', {
            current: current.generationId,
            ended: 'ended',
          }));
    if (taken) return toClaim(item, leaseUntil);
    // It may be ours: put by an attempt of the SDK whose answer was lost.
    const found = await this.find(conversationId);
    return found?.generationId === draft.generationId ? found : undefined;
  }

  renew(): Promise<string[]> {
    return this.leases.renew();
  }

  async finish(claim: GenerationClaim, { succeeded }: { succeeded: boolean }): Promise<boolean> {
    const ended = { state: 'ended', succeeded, endedAt: this.now() };
    return (await this.change(claim, ended, { remove: ['member', 'listedAt'] })) !== undefined;
  }

  async release({ conversationId, generationId: id }: GenerationClaim, former: GenerationClaim | undefined) {
    const when = '#generationId = :id';
    if (former === undefined) await this.table.deleteWhen(generationKey(conversationId), when, { id });
    else await this.table.putWhen(endedItem(former), when, { id });
  }

  async stop(claim: GenerationClaim): Promise<boolean> {
    const item = await this.running(claim);
    if (item === undefined) return false;
    await this.leases.leaveStop(item.producer, claim.generationId);
    return true;
  }

  async takeOver(claim: GenerationClaim): Promise<GenerationClaim | undefined> {
    const now = this.now();
    const item = await this.running(claim);
    if (item === undefined) return undefined;
    if (item.leaseUntil === undefined && !(await this.leases.fence(item.producer, claim.generationId)))
      return undefined;
    const leaseUntil = now + LEASE_MS;
    const when = 'attribute_not_exists(#leaseUntil) OR #leaseUntil < :now';
    const taken = await this.change(claim, { leaseUntil }, { when: `(${when})`, values: { now } });
    return taken && toClaim(taken, leaseUntil);
  }

  async *abandoned(): AsyncGenerator<GenerationClaim> {
    const startedBefore = new Date(this.now() - LEASE_MS).toISOString();
    // Each process is asked for once, however much it writes.
    const leases = new Map<string, Promise<number>>();
    for await (const { pk, sk } of this.table.queryIndex(RUNNING, ' ', startedBefore, 100)) {
      const item = (await this.table.get({ pk, sk })) as ClaimItem | undefined;
      if (item?.state !== 'running') continue;
      const claim = await this.claimOf(item, leases);
      if (claim.leaseUntil < this.now()) yield claim;
    }
  }

  /** A claim as it is, while it runs and is the same one. */
  private async running({ conversationId, generationId }: GenerationClaim): Promise<ClaimItem | undefined> {
    const item = (await this.table.get(generationKey(conversationId))) as ClaimItem | undefined;
    return item?.generationId === generationId && item.state === 'running' ? item : undefined;
  }

  private async claimOf(item: ClaimItem, leases = new Map<string, Promise<number>>()): Promise<GenerationClaim> {
    if (item.state === 'ended') return toClaim(item, item.leaseUntil ?? 0);
    if (item.leaseUntil !== undefined) return toClaim(item, item.leaseUntil);
    const lease = leases.get(item.producer) ?? this.leases.until(item.producer);
    leases.set(item.producer, lease);
    return toClaim(item, await lease);
  }

  /** Changes a claim as long as it runs and is the same one; a conversation that was deleted has none to change. */
  private async change(
    { conversationId, generationId }: GenerationClaim,
    set: Record<string, unknown>,
    more: { remove?: readonly string[]; when?: string; values?: Record<string, unknown> } = {},
  ): Promise<ClaimItem | undefined> {
    const item = await this.table.updated(generationKey(conversationId), {
      set,
      remove: more.remove,
      when: ['#generationId = :id', '#state = :running', ...(more.when ? [more.when] : [])].join(' AND '),
      values: { id: generationId, running: 'running', ...more.values },
    });
    return item as ClaimItem | undefined;
  }
}

/** An ended one as it is kept: nobody asks any more who wrote it. */
const endedItem = ({ conversationId, leaseUntil: _, ...facts }: GenerationClaim): ClaimItem => ({
  ...generationKey(conversationId),
  v: ITEM_VERSION,
  ...facts,
  producer: '',
});

const toClaim = (item: ClaimItem, leaseUntil: number): GenerationClaim => ({
  conversationId: item.pk.slice('C#'.length),
  generationId: item.generationId,
  key: item.key,
  principalId: item.principalId,
  ...(item.guest === undefined ? {} : { guest: item.guest }),
  assistant: item.assistant,
  ...(item.head === undefined ? {} : { head: item.head }),
  state: item.state,
  succeeded: item.succeeded ?? false,
  leaseUntil,
  ...(item.endedAt === undefined ? {} : { endedAt: item.endedAt }),
});
