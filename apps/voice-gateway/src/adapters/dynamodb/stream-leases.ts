import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { ParleyError } from '@parley/errors';
import type { StreamLease, StreamLeases } from '../../call/ports/stream-leases.port';
import { InTurns } from '../../in-turns';

export interface StreamLeaseOptions {
  /** Streams that all replicas together may hold open to this model. */
  quota: number;
  /** Of them kept for rotations. */
  reserve: number;
  /** A lease that is not renewed for so long is free again. Default 60 s. */
  lifetimeMs?: number;
  /** Default 15 s: two renewals may fail before a lease of ours is somebody else's. The first comes within two of them. */
  renewMs?: number;
  now?: () => number;
  random?: () => number;
}

/**
 * One item per stream that the account may hold: a slot, taken by one conditional put. So the count is exact on any number
 * of replicas without a counter that a crash leaves wrong, and a dead replica's slots are free when their time is over.
 */
export class DynamoStreamLeases implements StreamLeases {
  private readonly held = new Map<string, string>();
  private renewals: InTurns<[slot: string, holder: string]> | undefined;
  private readonly options: Required<StreamLeaseOptions>;
  private readonly pk: string;

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    modelId: string,
    options: StreamLeaseOptions,
  ) {
    this.pk = `STREAMS#${modelId}`;
    this.options = { lifetimeMs: 60_000, renewMs: 15_000, now: Date.now, random: Math.random, ...options };
  }

  async acquire(purpose: 'call' | 'rotation'): Promise<StreamLease | undefined> {
    const free = await this.freeSlots(purpose);
    for (const slot of free) {
      const holder = randomUUID();
      if (!(await this.take(slot, holder))) continue;
      this.held.set(slot, holder);
      this.renewals ??= new InTurns(
        () => this.held,
        (few) => this.renew(few),
        this.options.renewMs,
      );
      return { release: () => this.release(slot, holder) };
    }
    return undefined;
  }

  /** Slots that were free a moment ago: by chance, so that replicas rarely try the same; rotations take the reserve first. */
  private async freeSlots(purpose: 'call' | 'rotation'): Promise<string[]> {
    const { quota, reserve, now, random } = this.options;
    const { Items = [] } = await this.client
      .send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: 'endsAt > :now',
          ExpressionAttributeValues: { ':pk': this.pk, ':now': now() },
          ConsistentRead: true,
        }),
      )
      .catch(storeUnavailable);
    const taken = new Set(Items.map(({ sk }) => sk as string));
    const calls = Math.max(0, quota - reserve);
    const slots = (from: number, to: number) =>
      Array.from({ length: Math.max(0, to - from) }, (_, n) => slotOf(from + n))
        .filter((slot) => !taken.has(slot))
        .map((slot) => ({ slot, chance: random() }))
        .sort((one, other) => one.chance - other.chance)
        .map(({ slot }) => slot);
    return purpose === 'call' ? slots(0, calls) : [...slots(calls, quota), ...slots(0, calls)];
  }

  private async take(slot: string, holder: string): Promise<boolean> {
    const now = this.options.now();
    try {
      await this.client.send(
        new PutCommand({
          TableName: this.table,
          Item: { pk: this.pk, sk: slot, holder, ...this.end(now) },
          ConditionExpression: 'attribute_not_exists(pk) OR endsAt <= :now',
          ExpressionAttributeValues: { ':now': now },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      return storeUnavailable(error);
    }
  }

  /** Leases of ours go on. One that is lost is dropped: its stream lives on, since to cut a call would help nobody. */
  private async renew(leases: readonly [slot: string, holder: string][]): Promise<void> {
    const renewals = leases.map(async ([slot, holder]) => {
      const { endsAt, expiresAt } = this.end(this.options.now());
      try {
        await this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: { pk: this.pk, sk: slot },
            UpdateExpression: 'SET endsAt = :endsAt, expiresAt = :expiresAt',
            ConditionExpression: 'holder = :holder',
            ExpressionAttributeValues: { ':endsAt': endsAt, ':expiresAt': expiresAt, ':holder': holder },
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) this.forget(slot, holder);
      }
    });
    await Promise.all(renewals);
  }

  private async release(slot: string, holder: string): Promise<void> {
    const { renewals } = this;
    if (!this.forget(slot, holder)) return;
    // The last one waits for renewals that are on their way.
    if (this.held.size === 0) await renewals?.stop();
    await this.client
      .send(
        new DeleteCommand({
          TableName: this.table,
          Key: { pk: this.pk, sk: slot },
          ConditionExpression: 'holder = :holder',
          ExpressionAttributeValues: { ':holder': holder },
        }),
      )
      .catch(() => undefined);
  }

  private forget(slot: string, holder: string): boolean {
    if (this.held.get(slot) !== holder) return false;
    this.held.delete(slot);
    if (this.held.size === 0) {
      void this.renewals?.stop();
      this.renewals = undefined;
    }
    return true;
  }

  private end(now: number) {
    const endsAt = now + this.options.lifetimeMs;
    return { endsAt, expiresAt: Math.ceil(endsAt / 1_000) };
  }
}

const slotOf = (index: number) => `SLOT#${String(index).padStart(5, '0')}`;

function storeUnavailable(cause: unknown): never {
  throw new ParleyError('store_unavailable', { cause });
}
