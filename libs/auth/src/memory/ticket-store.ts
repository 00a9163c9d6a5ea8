import { randomBytes } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import type { TicketAudience } from '@parley/protocol';
import type { Principal } from '../domain/principal';
import { TICKET_LIFETIME_MS, type TicketContent, type TicketStore } from '../domain/tickets';

/** Tickets in memory: for tests, and for a service of a single process. */
export class MemoryTicketStore implements TicketStore {
  private readonly tickets = new Map<string, TicketContent & { audience: TicketAudience; endsAt: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  async issue(principal: Principal, audience: TicketAudience, conversationId?: string): Promise<string> {
    for (const [ticket, { endsAt }] of this.tickets) if (endsAt <= this.now()) this.tickets.delete(ticket);
    const ticket = randomBytes(32).toString('base64url');
    const content = { principal, ...(conversationId === undefined ? {} : { conversationId }) };
    this.tickets.set(ticket, { ...content, audience, endsAt: this.now() + TICKET_LIFETIME_MS });
    return ticket;
  }

  async look(ticket: string, audience: TicketAudience): Promise<TicketContent> {
    return this.find(ticket, audience);
  }

  /** Found and deleted in one turn: of two who ask at once, one finds nothing. */
  async redeem(ticket: string, audience: TicketAudience): Promise<TicketContent> {
    const content = this.find(ticket, audience);
    this.tickets.delete(ticket);
    return content;
  }

  private find(ticket: string, wanted: TicketAudience): TicketContent {
    const found = this.tickets.get(ticket);
    const good =
      found && found.audience === wanted && found.endsAt > this.now() && found.principal.expiresAt > this.now();
    if (!good) throw new ParleyError('invalid_token', { cause: new Error('ticket: not good here') });
    const { principal, conversationId } = found;
    return { principal, ...(conversationId === undefined ? {} : { conversationId }) };
  }
}
