import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { liveCallKey } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { CallRecord, CallRegistry, GoingOn } from '../../call/ports/call-registry.port';

/** Calls in the sessions table: one item each, owned by the replica that wrote last, over when it is not renewed. */
export class DynamoCallRegistry implements CallRegistry {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly options: { lifetimeMs?: number; now?: () => number } = {},
    private readonly owner: string = randomUUID(),
  ) {}

  async open(record: CallRecord): Promise<boolean> {
    try {
      await this.client.send(
        new PutCommand({
          TableName: this.table,
          Item: { ...liveCallKey(record.callId), ...record, owner: this.owner, streams: 1, ...this.end() },
          ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': this.owner },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      return storeUnavailable(error);
    }
  }

  async take(callId: string, principalId: string): Promise<CallRecord | undefined> {
    const { endsAt, expiresAt } = this.end();
    try {
      const { Attributes } = await this.client.send(
        new UpdateCommand({
          TableName: this.table,
          Key: liveCallKey(callId),
          UpdateExpression: 'SET #owner = :owner, endsAt = :endsAt, expiresAt = :expiresAt',
          ConditionExpression: 'principalId = :principalId AND endsAt > :now',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: {
            ':owner': this.owner,
            ':endsAt': endsAt,
            ':expiresAt': expiresAt,
            ':principalId': principalId,
            ':now': this.now(),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      const { conversationId, assistant, voiceId, language, startedAt } = Attributes as unknown as CallRecord;
      return {
        callId,
        principalId,
        conversationId,
        assistant,
        startedAt,
        ...(voiceId === undefined ? {} : { voiceId }),
        ...(language === undefined ? {} : { language }),
      };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      return storeUnavailable(error);
    }
  }

  async renew(calls: readonly GoingOn[]): Promise<string[]> {
    const { endsAt, expiresAt } = this.end();
    const renewed = await Promise.all(
      calls.map(async ({ callId, streams }) => {
        try {
          await this.client.send(
            new UpdateCommand({
              TableName: this.table,
              Key: liveCallKey(callId),
              UpdateExpression: 'SET endsAt = :endsAt, expiresAt = :expiresAt, streams = :streams',
              ConditionExpression: '#owner = :owner',
              ExpressionAttributeNames: { '#owner': 'owner' },
              ExpressionAttributeValues: {
                ':owner': this.owner,
                ':endsAt': endsAt,
                ':expiresAt': expiresAt,
                ':streams': streams,
              },
            }),
          );
          return undefined;
        } catch (error) {
          // An outage says nothing about who carries the call on: it goes on here.
          return error instanceof ConditionalCheckFailedException ? callId : undefined;
        }
      }),
    );
    return renewed.filter((callId) => callId !== undefined);
  }

  async close(callId: string): Promise<void> {
    await this.client
      .send(
        new DeleteCommand({
          TableName: this.table,
          Key: liveCallKey(callId),
          ConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': this.owner },
        }),
      )
      .catch(() => undefined);
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private end() {
    const endsAt = this.now() + (this.options.lifetimeMs ?? 60_000);
    return { endsAt, expiresAt: Math.ceil(endsAt / 1_000) };
  }
}

function storeUnavailable(cause: unknown): never {
  throw new ParleyError('store_unavailable', { cause });
}
