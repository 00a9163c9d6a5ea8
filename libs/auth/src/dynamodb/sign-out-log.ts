import { createHash } from 'node:crypto';
import { PutCommand, paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { keepMsOf, type SignOut, type SignOutLog } from '../domain/sign-outs';
import { storeUnavailable } from './store-unavailable';

const PK = 'SIGNED_OUT';

/**
 * Sign-outs in the sessions table, under one partition key and sorted by time, so that a poll is one query of what is new.
 * One partition takes a thousand writes a second: that many people do not sign out.
 */
export class DynamoSignOutLog implements SignOutLog {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async add(signOut: SignOut): Promise<void> {
    const { kind, id, at } = signOut;
    const digest = createHash('sha256').update(`${kind} ${id}`).digest('base64url').slice(0, 12);
    const expiresAt = Math.ceil((at + keepMsOf(signOut)) / 1_000);
    const Item = { pk: PK, sk: `${timeKey(at)}#${digest}`, kind, id, at, expiresAt };
    await this.client.send(new PutCommand({ TableName: this.table, Item })).catch(storeUnavailable);
  }

  async since(at: number): Promise<SignOut[]> {
    const signOuts: SignOut[] = [];
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': PK, ':from': timeKey(Math.max(0, at)) },
      },
    );
    try {
      for await (const { Items = [] } of pages)
        for (const { kind, id, at: when } of Items as (SignOut & { pk: string })[])
          // DynamoDB deletes late: what has expired is told apart on read.
          if (this.now() - when <= keepMsOf({ kind })) signOuts.push({ kind, id, at: when });
    } catch (error) {
      storeUnavailable(error);
    }
    return signOuts;
  }
}

const timeKey = (at: number) => new Date(at).toISOString();
