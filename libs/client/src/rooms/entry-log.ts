import type { Entry } from '@parley/protocol';

/**
 * The stretch of a room's log that is known here: in order of `seq`, each entry once, and without a hole. What arrives
 * live out of turn waits until the entries before it were read from the history.
 */
export class EntryLog {
  private current: readonly Entry[] = [];
  private readonly early = new Map<number, Entry>();
  private upTo: number | undefined;

  get entries(): readonly Entry[] {
    return this.current;
  }

  /** Everything up to this `seq` is known, as far as it is wanted; undefined before the first page. */
  get knownUpTo(): number | undefined {
    return this.upTo;
  }

  /** Whether something is known to be missing. */
  get hasGap(): boolean {
    return this.early.size > 0;
  }

  /** One entry, live. False: what comes before it is not known. */
  add(entry: Entry): boolean {
    if (this.upTo === undefined) {
      this.early.set(entry.seq, entry);
      return false;
    }
    if (entry.seq > this.upTo) this.early.set(entry.seq, entry);
    this.takeEarly();
    return !this.hasGap;
  }

  /**
   * A page that follows what is known. The server leaves out what is gone from the log (retention), so a page may begin
   * later than its bound: what it says is complete. `upTo`: what the page reaches to, if further than its last entry.
   */
  addPage(items: readonly Entry[], upTo?: number): void {
    const known = this.upTo ?? 0;
    this.current = [...this.current, ...items.filter(({ seq }) => this.upTo === undefined || seq > known)];
    this.upTo = Math.max(known, items.at(-1)?.seq ?? 0, upTo ?? 0);
    this.takeEarly();
  }

  /** A page of what came before. */
  addEarlier(items: readonly Entry[]): void {
    const first = this.current[0]?.seq ?? Infinity;
    this.current = [...items.filter(({ seq }) => seq < first), ...this.current];
  }

  /** What is known, as it reads now, from its first entry on; what came since then stays. */
  readAnew(items: readonly Entry[]): void {
    const last = items.at(-1)?.seq ?? 0;
    this.current = [...items, ...this.current.filter(({ seq }) => seq > last)];
  }

  private takeEarly(): void {
    const ready: Entry[] = [];
    for (const seq of [...this.early.keys()].sort((a, b) => a - b)) {
      if (seq > this.upTo! + 1) break;
      if (seq === this.upTo! + 1) {
        ready.push(this.early.get(seq)!);
        this.upTo = seq;
      }
      this.early.delete(seq);
    }
    if (ready.length > 0) this.current = [...this.current, ...ready];
  }
}
