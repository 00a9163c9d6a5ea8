import type { ModelPart } from '../models/chat-model';

type Delta = Extract<ModelPart, { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta' }>;

const isDelta = (part: ModelPart): part is Delta =>
  part.type === 'text-delta' || part.type === 'reasoning-delta' || part.type === 'tool-input-delta';

/** Pieces of one text within this time are one. */
const MERGE_MS = 40;

/**
 * Makes the pieces of one text that come within a time one piece: from here on an answer costs by the piece. The first piece
 * of a text goes through at once, and so does one that comes after a pause of `mergeMs`: it would wait for nobody. Others
 * follow each other faster, and leave together `mergeMs` after the first of them. Nothing else waits.
 */
export class MergedDeltas {
  private pending: Delta | undefined;
  /** Of the last piece: of which text, and when. */
  private lastId: string | undefined;
  private lastAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param pass must not throw: a timer calls it too
   * @param now milliseconds of any clock that only goes forwards
   */
  constructor(
    private readonly pass: (part: ModelPart) => void,
    private readonly mergeMs = MERGE_MS,
    private readonly now = () => performance.now(),
  ) {}

  take(part: ModelPart): void {
    if (this.mergeMs === 0) return this.pass(part);
    if (!isDelta(part) || part.providerMetadata !== undefined) {
      this.lastId = undefined;
      return this.passAfterPending(part);
    }
    const at = this.now();
    const isFollowing = part.id === this.lastId && at - this.lastAt < this.mergeMs;
    [this.lastId, this.lastAt] = [part.id, at];
    if (this.pending?.type === part.type && this.pending.id === part.id) {
      this.pending.delta += part.delta;
    } else if (isFollowing) {
      this.flush();
      this.pending = { ...part };
      this.timer = setTimeout(() => this.flush(), this.mergeMs);
    } else {
      this.passAfterPending(part);
    }
  }

  /** Passes on what waits. */
  flush(): void {
    clearTimeout(this.timer);
    const { pending } = this;
    this.pending = undefined;
    if (pending !== undefined) this.pass(pending);
  }

  private passAfterPending(part: ModelPart): void {
    this.flush();
    this.pass(part);
  }
}
