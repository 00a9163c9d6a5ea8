import type { Act, Author, Entry, Message, ModerationQuery, Report } from '@parley/protocol';

export type ActDraft = Omit<Act, 'id' | 'at'>;
export type ReportDraft = Omit<Report, 'id' | 'at'>;

/**
 * Who did what to whom, when and why. It can only be added to: no line is ever erased, and none changed but for the words
 * of somebody who is erased.
 */
export interface AuditLog {
  /** @throws ParleyError `store_unavailable` */
  add(act: ActDraft): Promise<void>;
  /** Newest first. @throws ParleyError `invalid_body` for a cursor that it did not give */
  list(query: ModerationQuery): Promise<{ items: Act[]; next?: string }>;
  /**
   * Takes a principal's name out of the lines, and what he gave as a reason for his reports; his id stays. Again is harmless.
   *
   * @param until epoch milliseconds: what was written later stays as it is
   * @throws ParleyError `store_unavailable`
   */
  forget(principalId: string, until: number): Promise<void>;
}

/** What members found wrong. A report keeps no copy of what was said: it names the message. */
export interface Reports {
  /** @returns whether it is new: one person reports one thing once */
  add(report: ReportDraft): Promise<boolean>;
  /** Newest first. @throws ParleyError `invalid_body` for a cursor that it did not give */
  list(query: ModerationQuery): Promise<{ items: Report[]; next?: string }>;
  /**
   * Reports of a principal are nobody's any more, and without his words; they still name what they are about. Again is harmless.
   *
   * @param until epoch milliseconds: what was reported later stays as it is
   * @throws ParleyError `store_unavailable`
   */
  forget(principalId: string, until: number): Promise<void>;
}

/** What admins do in conversations that are not theirs. Asks for no membership: the caller has asked for the role. */
export interface ModeratedConversations {
  /** The message as it reads today; nothing of one that was deleted, or whose conversation was. */
  findForReview(id: string, messageId: string): Promise<Message | undefined>;
  /**
   * Deletes a message, also in an archived room; again is harmless.
   *
   * @throws ParleyError `conversation_not_found`, `not_found`
   */
  removeContent(by: Author, id: string, messageId: string): Promise<Entry>;
}
