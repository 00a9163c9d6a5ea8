import type { Clock, Timer } from '../core/clock';
import type { Person } from './room-wire';

/** Said again this often while somebody goes on typing. */
const AGAIN_MS = 3_000;
/** Nobody types for so long without a key. */
const PAUSE_MS = 4_000;
/** A mark this old is dropped: its "no longer" may have been lost. */
const STALE_MS = 8_000;

/** Who types: the others as they say, and oneself as the keys go. */
export class Typing {
  private readonly others = new Map<string, { person: Person; timer: Timer }>();
  private saidAt?: number;
  private pause?: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly owner: { say(typing: boolean): void; changed(): void },
  ) {}

  get people(): readonly Person[] {
    return [...this.others.values()].map(({ person }) => person);
  }

  heard(person: Person, typing: boolean): void {
    this.clock.cancel(this.others.get(person.id)?.timer);
    if (!typing) this.others.delete(person.id);
    else {
      const timer = this.clock.after(STALE_MS, () => this.heard(person, false));
      this.others.set(person.id, { person, timer });
    }
    this.owner.changed();
  }

  /** A key was pressed: call it for each, it is said now and then. */
  key(): void {
    const now = this.clock.now();
    this.clock.cancel(this.pause);
    this.pause = this.clock.after(PAUSE_MS, () => this.stopped());
    if (this.saidAt !== undefined && now - this.saidAt < AGAIN_MS) return;
    this.saidAt = now;
    this.owner.say(true);
  }

  /** Sent, or emptied. */
  stopped(): void {
    this.clock.cancel(this.pause);
    if (this.saidAt === undefined) return;
    this.saidAt = undefined;
    this.owner.say(false);
  }

  /** Nothing of it is true any more: the line is lost, or the room is left. */
  clear(): void {
    this.clock.cancel(this.pause);
    this.saidAt = undefined;
    for (const { timer } of this.others.values()) this.clock.cancel(timer);
    this.others.clear();
    this.owner.changed();
  }
}
