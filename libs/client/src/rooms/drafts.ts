import type { RoomServerEvents } from './room-wire';

/** What an assistant has written so far of a message that is not in the log yet. */
export interface Draft {
  /** The id that its message will have. */
  id: string;
  text: string;
  /** A piece is missing, so the text stands still; the whole message follows. */
  isBroken: boolean;
}

/** Puts the increments of answers together. An increment may come twice, and one may be missing. */
export class Drafts {
  private current: readonly Draft[] = [];
  private readonly over = new Set<string>();

  get drafts(): readonly Draft[] {
    return this.current;
  }

  delta({ id, offset, text }: RoomServerEvents['delta']): void {
    if (this.over.has(id)) return;
    const draft = this.current.find((one) => one.id === id) ?? { id, text: '', isBroken: false };
    const known = draft.text.length;
    if (draft.isBroken || offset + text.length <= known) return;
    const next =
      offset > known ? { ...draft, isBroken: true } : { ...draft, text: draft.text + text.slice(known - offset) };
    const isNew = !this.current.includes(draft);
    this.current = isNew ? [...this.current, next] : this.current.map((one) => (one === draft ? next : one));
  }

  /** Its message is there; what comes late of it is not shown any more. */
  done(id: string): void {
    this.over.add(id);
    if (this.current.some((draft) => draft.id === id)) this.current = this.current.filter((draft) => draft.id !== id);
  }

  /** Nothing may come of any of them: what was being written while the line was lost is in the log, or not at all. */
  clear(): void {
    this.current = [];
  }
}
