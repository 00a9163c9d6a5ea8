/** What somebody has of a problem in this browser. */
export interface Draft {
  code: string;
  /** The conversation with the coach about it, once there is one. */
  conversationId?: string;
}

/** Each person's own: a browser may be shared. */
const keyOf = (userId: string, problemId: string) => `parley.practice.${userId}.${problemId}`;

export function readDraft(userId: string, problemId: string): Draft | undefined {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(userId, problemId)) ?? 'null') as Partial<Draft> | null;
    if (typeof draft?.code !== 'string') return undefined;
    const { code, conversationId } = draft;
    return { code, ...(typeof conversationId === 'string' ? { conversationId } : {}) };
  } catch {
    return undefined; // storage is blocked, or holds something else
  }
}

export function keepDraft(userId: string, problemId: string, draft: Draft): void {
  try {
    localStorage.setItem(keyOf(userId, problemId), JSON.stringify(draft));
  } catch {
    // Storage is blocked or full: it lasts as long as the page.
  }
}
