import type {
  Author,
  Conversation,
  ConversationKind,
  ConversationList,
  Entry,
  EntryPage,
  Member,
  Message,
  Part,
} from '@parley/protocol';

/** What a conversation begins with. */
export interface ConversationDraft {
  /** Chosen by the client (first use by chat); without it the store makes one. A room's id is always the store's. */
  id?: string;
  /** Default `chat`. */
  kind?: ConversationKind;
  /** Without it the first user message gives the title. */
  title?: string;
  assistant?: string;
  /** Of a room: anybody who is signed in may join. */
  open?: boolean;
  /** Of a room: guests may join too. */
  guests?: boolean;
}

/** An entry before it has a place in the log. */
export type EntryDraft = MessageDraft | EditDraft | DeletionDraft | SupersessionDraft;

export interface MessageDraft {
  type: 'message';
  /** For an answer whose id was told before it was written; otherwise the store makes one. */
  id?: string;
  role: 'user' | 'assistant';
  author: Author;
  parts: readonly Part[];
  clientId?: string;
  callId?: string;
  typed?: true;
  interrupted?: boolean;
}
export interface EditDraft {
  type: 'edited';
  author: Author;
  /** Id of the message. Its author alone may edit it. */
  of: string;
  parts: readonly Part[];
}
export interface DeletionDraft {
  type: 'deleted';
  author: Author;
  /** Id of the message. Its author may delete it, and so may the conversation's owner. */
  of: string;
}
export interface SupersessionDraft {
  type: 'superseded';
  author: Author;
  /** `seq` from which everything is replaced. Only in a conversation of kind `chat`. */
  from: number;
}

export interface AppendOptions {
  /**
   * Up to this `seq` there is nothing of the key, and everybody who appends under it knows that and says so, however late:
   * then nothing has to be written down beside the entry for the key to be found by.
   */
  after?: number;
}

export interface ListQuery {
  limit: number;
  cursor?: string;
  /** Words that the title contains, in any case. */
  q?: string;
  /** Only this kind. */
  kind?: ConversationKind;
}

/** Bounds are exclusive `seq`s. */
export interface PageQuery {
  before?: number;
  after?: number;
  limit: number;
  /** For readers who block people: what those said too. The store itself hides nothing. */
  blocked?: 'show';
}

/** A conversation as it was when it was asked for, for all that is done with it at once: it is not read again each time. */
export interface HeldConversation {
  /** Who answers here, where that was chosen. */
  assistant?: string;
  kind: ConversationKind;
  /** By a person or a model: it gets no other name by `entitle`. */
  isNamed: boolean;
  /** Everything up to this `seq` was in the log when it was asked for; more may have been. */
  head: number;
  /** As `ConversationStore.append`. One that was deleted meanwhile takes nothing. */
  append(draft: EntryDraft, key: string, options?: AppendOptions): Promise<Entry>;
  /** As `ConversationStore.entitle`. */
  entitle(title: string): Promise<boolean>;
  /** As `ConversationStore.lastMessages`. */
  lastMessages(limit: number): Promise<Message[]>;
  /** As `ConversationStore.findMessage`. */
  findMessage(messageId: string): Promise<Message | undefined>;
}

/**
 * The log of what was said. Every function takes the id of the principal who acts and answers an unknown, a foreign and
 * a deleted conversation alike: `conversation_not_found`. An outage of the store is `store_unavailable`, whatever the
 * function; the write may or may not have happened then, and doing it again with the same key is safe.
 */
export interface ConversationStore {
  /**
   * Makes a conversation that `by` owns.
   *
   * With an id that `by` already owns it answers the existing one, so a repeated first use is harmless.
   *
   * @throws ParleyError `conversation_not_found` when the id is, or ever was, somebody else's or deleted.
   */
  create(by: Author, draft: ConversationDraft): Promise<Conversation>;

  get(principalId: string, id: string): Promise<Conversation>;

  /** For a moment: who may do what is decided now, and not again. */
  hold(principalId: string, id: string): Promise<HeldConversation>;

  /** Makes a conversation as `create` does, and holds it. */
  createHeld(by: Author, draft: ConversationDraft): Promise<HeldConversation>;

  /**
   * The principal's conversations, newest first. Whatever does not change between two pages is listed exactly once.
   * A page may be shorter than `limit`, even empty, and still have a `next` when `q` matches little.
   *
   * @throws ParleyError `invalid_body` for a cursor that the store did not give.
   */
  list(principalId: string, query: ListQuery): Promise<ConversationList>;

  /** @throws ParleyError `forbidden` for a member who is not the owner. */
  rename(principalId: string, id: string, title: string): Promise<Conversation>;

  /**
   * Gives a conversation the title that a model made, once: `false` when it has one already, or a person named it. It goes
   * with the message it was made of.
   */
  entitle(principalId: string, id: string, title: string): Promise<boolean>;

  /**
   * Deletes the conversation and all that was said in it. From its first write on nobody reads or appends; its id is
   * never given again. A deletion that stopped half way is finished by calling it again, or by `finishRemovals`.
   *
   * @throws ParleyError `forbidden` for a member who did not make it, another owner of a room too.
   */
  remove(principalId: string, id: string): Promise<void>;

  /**
   * Appends one entry and answers it with its `seq`.
   *
   * @param key idempotency key, unique for the principal in this conversation: the client's message id, or
   *   `<callId>/<contentId>` for what was spoken. With a key that is already in the log the entry of then is answered and
   *   nothing is written, on whatever replica and however long ago that was.
   * @throws ParleyError `conversation_archived`; `forbidden` for a member who was muted; `too_large` for an entry that one item of the store cannot hold; `not_found` when `of` names no
   *   readable message; `forbidden` when it is somebody else's, or when the author is another person than the principal.
   */
  append(principalId: string, id: string, draft: EntryDraft, key: string, options?: AppendOptions): Promise<Entry>;

  /**
   * A page of the log, ascending, with `first` and `head` as they are now.
   *
   * Without `after` it is the view: the last `limit` messages (before `before`) as they read today, with edits applied
   * and deleted or superseded ones left out. With `after` it is the log itself: the first `limit` entries of any type.
   */
  page(principalId: string, id: string, query: PageQuery): Promise<EntryPage>;

  /** The newest messages of the view, ascending: what a model is told of the past. */
  lastMessages(principalId: string, id: string, limit: number): Promise<Message[]>;

  /** The readable message with this id, or else the newest one with this `clientId`. */
  findMessage(principalId: string, id: string, messageId: string): Promise<Message | undefined>;

  /** Moves the principal’s read mark forwards to `seq`, at most to the head. @returns `seq`, or the head where that is less */
  markRead(principalId: string, id: string, seq: number): Promise<number>;

  /**
   * Admits somebody to a room, also one who was taken out of it; again is harmless, and gives the role that is said now.
   *
   * @param role `member` when left out
   * @throws ParleyError `forbidden` unless an owner acts, and for a conversation of kind `chat`.
   */
  addMember(principalId: string, id: string, member: Author, role?: Member['role']): Promise<Conversation>;

  /**
   * Makes another principal the owner of all that `fromId` owns, chats and the rooms they became: a guest has signed in. What was said keeps its
   * author; names of `fromId`'s own (`own`) lead nowhere any more. Again is harmless, and brings what was made since or was not listed yet. An answer that was being written is
   * still appended under `fromId`; nothing else is, and nothing is read.
   *
   * @returns ids of the conversations that changed hands
   */
  handOver(fromId: string, to: Author): Promise<string[]>;

  /**
   * Takes a member out of a room: an owner takes anybody but the one who made it, everybody else may take himself. Whom an
   * owner takes out does not come back by himself, though the room is open: an invitation admits him again.
   */
  removeMember(principalId: string, id: string, memberId: string): Promise<void>;
}

/** What the house does with conversations that no principal asks for. */
export interface ConversationUpkeep {
  /** Finishes deletions that stopped half way, and answers how many there were. */
  finishRemovals(): Promise<number>;

  /**
   * Retention: raises the log's `first` (never lowers it, never beyond the head + 1), then erases what lies before it.
   * `seq` goes on as if nothing had happened.
   */
  raiseFirst(id: string, first: number): Promise<void>;

  /**
   * Retention of everything: erases what was said before a time, and deletes the conversations in which nothing was said
   * or changed since. Reads the whole table, page by page: for a job of the night.
   *
   * @param before epoch milliseconds
   * @returns how many conversations were looked at, shortened and deleted
   */
  expire(before: number): Promise<{ seen: number; shortened: number; deleted: number }>;
}
