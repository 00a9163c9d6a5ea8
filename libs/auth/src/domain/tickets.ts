import type { TicketAudience } from '@parley/protocol';
import type { Principal } from './principal';

/** How long a ticket can be redeemed. */
export const TICKET_LIFETIME_MS = 30_000;

/** What a ticket stands for. */
export interface TicketContent {
  principal: Principal;
  /** Of a `stream` ticket: the conversation it reads. */
  conversationId?: string;
}

/** A ticket stands for a principal on a URL, where a token would end up in logs: one use, 30 s, one audience. */
export interface TicketStore {
  /** Issues a ticket. It carries the rights and the end of the credential it was bought with. */
  issue(principal: Principal, audience: TicketAudience, conversationId?: string): Promise<string>;
  /**
   * Reads a ticket without spending it, so that everything else can be checked first.
   *
   * @throws ParleyError as `redeem`
   */
  look(ticket: string, audience: TicketAudience): Promise<TicketContent>;
  /**
   * Redeems a ticket, once, by whichever replica is asked first.
   *
   * @throws ParleyError `invalid_token` when it is unknown, spent, expired or for another audience (which does not spend it)
   */
  redeem(ticket: string, audience: TicketAudience): Promise<TicketContent>;
}
