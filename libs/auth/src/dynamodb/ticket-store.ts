import { createHash, randomBytes } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ParleyError } from '@parley/errors';
import type { TicketAudience } from '@parley/protocol';
import type { Principal } from '../domain/principal';
import { TICKET_LIFETIME_MS, type TicketContent, type TicketStore } from '../domain/tickets';
import { storeUnavailable } from './store-unavailable';

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** Tickets in the sessions table, keyed by digest, redeemed by one conditional delete: any service redeems any other's. */
export class DynamoTicketStore implements TicketStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async issue(principal: Principal, audience: TicketAudience, conversationId?: string): Promise<string> {
    const ticket = randomBytes(32).toString('base64url');
    const endsAt = this.now() + TICKET_LIFETIME_MS;
    const Item = {
      ...keyOf(ticket),
      audience,
      principal,
      ...(conversationId === undefined ? {} : { conversationId }),
      endsAt,
      expiresAt: Math.ceil(endsAt / 1_000),
    };
    await this.client.send(new PutCommand({ TableName: this.table, Item })).catch(storeUnavailable);
    return ticket;
  }

  async look(ticket: string, audience: TicketAudience): Promise<TicketContent> {
    assertForm(ticket);
    const read = { TableName: this.table, Key: keyOf(ticket), ConsistentRead: true };
    const { Item } = await this.client.send(new GetCommand(read)).catch(storeUnavailable);
    if (Item?.['audience'] !== audience || !(Item['endsAt'] > this.now())) throw notGood();
    return this.contentOf(Item);
  }

  async redeem(ticket: string, audience: TicketAudience): Promise<TicketContent> {
    assertForm(ticket);
    const taken = await this.client
      .send(
        new DeleteCommand({
          TableName: this.table,
          Key: keyOf(ticket),
          ConditionExpression: 'audience = :audience AND endsAt > :now',
          ExpressionAttributeValues: { ':audience': audience, ':now': this.now() },
          ReturnValues: 'ALL_OLD',
        }),
      )
      .catch((error: unknown) => {
        if (error instanceof ConditionalCheckFailedException) throw notGood();
        return storeUnavailable(error);
      });
    return this.contentOf(taken.Attributes ?? {});
  }

  private contentOf(item: Record<string, unknown>): TicketContent {
    const { principal, conversationId } = item as unknown as TicketContent;
    if (principal.expiresAt <= this.now()) throw refused('the token it was bought with has ended');
    return { principal, ...(conversationId === undefined ? {} : { conversationId }) };
  }
}

function assertForm(ticket: string): void {
  if (!FORM.test(ticket)) throw refused('not a ticket');
}

/** The ticket itself is never stored: whoever reads the table cannot use what he finds. */
function keyOf(ticket: string) {
  return { pk: `TICKET#${createHash('sha256').update(ticket).digest('base64url')}`, sk: 'TICKET' };
}

const refused = (why: string) => new ParleyError('invalid_token', { cause: new Error(`ticket: ${why}`) });
const notGood = () => refused('unknown, spent, expired or for another audience');
