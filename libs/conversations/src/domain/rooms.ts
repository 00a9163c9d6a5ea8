import type { Author, Conversation, Entry } from '@parley/protocol';
import type { ConversationDraft } from './conversation-store';

/** How long an invitation admits somebody, once. */
export const INVITATION_MS = 7 * 86_400_000;

/** A secret that admits one person to a room. */
export interface Invitation {
  /** Told once: the store keeps its digest only. */
  invitation: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** Ways into a room, and its end. Unknown, foreign and deleted rooms are answered alike, as by `ConversationStore`. */
export interface Rooms {
  /** @throws ParleyError `forbidden` unless an owner acts, and for a conversation of kind `chat`. */
  invite(principalId: string, id: string): Promise<Invitation>;

  /**
   * Makes somebody a member, of an open room or by an invitation. Who is one already stays one, and spends nothing.
   *
   * @throws ParleyError `conversation_not_found` also for a closed room, for an invitation that is wrong, spent or over, and
   *   for a guest where guests are not admitted.
   */
  join(by: Author, id: string, invitation?: string): Promise<Conversation>;

  /** Nothing more can be said in the room; it can be read. @throws ParleyError `forbidden` unless an owner acts. */
  archive(principalId: string, id: string): Promise<void>;

  /** Lets a member read only, or write again. @throws ParleyError `forbidden` unless an owner acts; `not_found` for no member. */
  mute(principalId: string, id: string, memberId: string, muted: boolean): Promise<void>;

  /**
   * Brings people into a conversation to take over: a chat becomes a room with them, whose owner stays who he is, and they read
   * what was said so far. Of a room they become members. Again is harmless, and whoever left or was taken out is in again.
   *
   * @throws ParleyError `forbidden` unless an owner acts
   */
  bringIn(principalId: string, id: string, people: readonly Author[]): Promise<Conversation>;

  /**
   * The conversation that a principal has under a name of his own, such as a session's label; made on first use, with
   * `draft`. Two principals with one name have two.
   */
  own(by: Author, name: string, draft: Pick<ConversationDraft, 'assistant'>): Promise<Conversation>;

  /** Its id, if it was made. */
  findOwn(principalId: string, name: string): Promise<string | undefined>;
}

/** What is known of an open conversation at a glance. */
export interface OpenState {
  /** The log reaches at least as far. */
  head: number;
  /** Another number than before: members came or went. */
  membersVersion: number;
}

/**
 * What a process asks about the conversations that people have open in it. Asks for no rights: what it reads is only given
 * to members.
 */
export interface OpenConversations {
  /** Of those that are live; a deleted one is not in the answer. Reads a hundred at once. */
  states(ids: readonly string[]): Promise<Map<string, OpenState>>;
  /** Who may hear it. */
  hearers(id: string): Promise<Set<string>>;
  /** The first `limit` entries behind a place, of any type, ascending. */
  entriesAfter(id: string, after: number, limit: number): Promise<Entry[]>;
}
