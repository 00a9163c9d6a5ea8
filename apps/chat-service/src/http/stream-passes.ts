import { createHash, randomBytes } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Principal } from '@parley/auth';
import { Table } from '@parley/conversations';

/** A browser's EventSource may come back to its stream this long. */
export const STREAM_PASS_MS = 900_000;

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** What a ticket is exchanged for at its first use: a pass to one stream, in the sessions table by its digest. */
export class StreamPasses {
  private readonly table: Table;

  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  async issue(principal: Principal, conversationId: string): Promise<string> {
    const pass = randomBytes(32).toString('base64url');
    const endsAt = this.now() + STREAM_PASS_MS;
    const expiresAt = Math.ceil(endsAt / 1_000);
    await this.table.put({ ...keyOf(pass), principal, conversationId, endsAt, expiresAt });
    return pass;
  }

  /** Who has this pass; `undefined` for one that is none, is over, or is for another stream. */
  async holder(pass: string, conversationId: string): Promise<Principal | undefined> {
    if (!FORM.test(pass)) return undefined;
    const item = await this.table.get(keyOf(pass));
    const isGood = item?.['conversationId'] === conversationId && (item['endsAt'] as number) > this.now();
    return isGood ? (item['principal'] as Principal) : undefined;
  }
}

/** The pass itself is never stored: whoever reads the table cannot use what he finds. */
const keyOf = (pass: string) => ({ pk: `STREAM#${createHash('sha256').update(pass).digest('base64url')}`, sk: 'PASS' });
