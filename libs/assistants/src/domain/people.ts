/** The people who take over from an assistant. */
export interface People {
  /**
   * Brings them into a conversation; they read what was said so far. Again is harmless.
   *
   * @returns their names
   */
  bringIn(principalId: string, conversationId: string): Promise<string[]>;
}
