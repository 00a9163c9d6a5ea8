import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LiveCall, LiveCalls } from '../domain/live-calls';
import type { Key } from './keys';
import { Table } from './table';

/** Partitions that calls are spread over: a renewal every few seconds and call must not make one of them hot. */
const SHARDS = 16;

/** Where the registry of calls keeps one. The first hex digits of a call's id are chance: they choose the partition. */
export function liveCallKey(callId: string): Key {
  const shard = Number.parseInt(callId.slice(0, 4), 16) % SHARDS;
  return { pk: partition(Number.isNaN(shard) ? 0 : shard), sk: callId };
}

const partition = (shard: number): string => `CALLS#${shard}`;

interface CallItem extends Omit<LiveCall, 'replica' | 'streams'> {
  owner: string;
  streams?: number;
  endsAt: number;
}

/** Reads what the registry of calls wrote into the sessions table. */
export class DynamoLiveCalls implements LiveCalls {
  private readonly table: Table;

  /** @param now epoch milliseconds */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  async all(): Promise<LiveCall[]> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => this.of(partition(shard)));
    return (await Promise.all(shards)).flat().sort((one, other) => one.startedAt - other.startedAt);
  }

  private async of(pk: string): Promise<LiveCall[]> {
    const calls: LiveCall[] = [];
    for await (const item of this.table.query({ pk, from: ' ', to: '~' })) {
      const { callId, principalId, conversationId, assistant, startedAt, owner, streams, endsAt } =
        item as unknown as CallItem;
      if (endsAt <= this.now()) continue;
      // A process of the version before does not tell its streams: a call has one.
      const facts = { callId, principalId, conversationId, assistant, startedAt };
      calls.push({ ...facts, replica: owner, streams: streams ?? 1 });
    }
    return calls;
  }
}
