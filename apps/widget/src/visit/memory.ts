/** Which conversation this visitor has here, kept over page views. Of whom it is decides the service alone. */
export interface Remembered {
  id: string;
  /** Whether it was a signed-in visitor's: it is not shown to a guest after him. */
  ofUser: boolean;
}

/** The page's own storage, or none where that is blocked. */
export class Memory {
  constructor(private readonly key: string) {}

  recall(): Remembered | undefined {
    try {
      const { id, ofUser } = JSON.parse(localStorage.getItem(this.key) ?? '{}') as Partial<Remembered>;
      if (typeof id === 'string' && typeof ofUser === 'boolean') return { id, ofUser };
    } catch {
      // Blocked, or not ours.
    }
    return undefined;
  }

  keep(remembered: Remembered): void {
    this.attempt(() => localStorage.setItem(this.key, JSON.stringify(remembered)));
  }

  forget(): void {
    this.attempt(() => localStorage.removeItem(this.key));
  }

  private attempt(act: () => void): void {
    try {
      act();
    } catch {
      // Blocked or full: the conversation lasts as long as the page.
    }
  }
}
