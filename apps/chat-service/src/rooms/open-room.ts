import { entryFrame, type OpenConversations, type OpenState, type Signal } from '@parley/conversations';
import { Seat, type Listener } from './listener';
import { News } from './news';

export interface OpenRoomParts {
  log: Pick<OpenConversations, 'entriesAfter' | 'hearers'>;
  /** A text as the bytes of a frame. */
  frameOf: (text: string) => Uint8Array;
  report: (what: string, cause: unknown) => void;
}

const PAGE = 200;
/** Entries that came before their turn: more, and they are read with what is missing. */
const EARLY_ENTRIES = 1_000;

/**
 * A conversation that is open in this process: takes the news of it, in whatever order and however often it comes, and gives
 * it to every listener in the order of `seq`, each entry once. What is missing is read from the log.
 */
export class OpenRoom {
  private readonly seats = new Map<string, Seat>();
  private readonly early = new Map<number, string>();
  /** Everything up to here was given to the listeners; not known before the first of them has read the log. */
  private at: number | undefined;
  private reading: Promise<void> | undefined;
  private readsAgain = false;
  /** The last reading failed: the next look reads again. */
  private isStale = false;
  private membersVersion: number | undefined;

  constructor(
    readonly id: string,
    private readonly parts: OpenRoomParts,
  ) {}

  get isEmpty(): boolean {
    return this.seats.size === 0;
  }

  get listeners(): Listener[] {
    return [...this.seats.values()].map(({ listener }) => listener);
  }

  has(listenerId: string): boolean {
    return this.seats.has(listenerId);
  }

  isBehind(listenerId: string): boolean {
    return this.seats.get(listenerId)?.isBehind === true;
  }

  /**
   * Seats a listener, or seats it again. `read` reads the log, with the rights of the listener, and tells it; from the head it
   * names on, entries follow live.
   *
   * @param read answers the head, and whether the listener knows now how to get all up to there
   */
  async enter(listener: Listener, read: () => Promise<{ head: number; isReached: boolean }>): Promise<void> {
    const known = this.seats.get(listener.id);
    const wasBehind = known?.isBehind === true;
    const seat = known ?? new Seat(listener, this.id);
    seat.hold();
    this.seats.set(listener.id, seat);
    try {
      const { head, isReached } = await read();
      this.begin(head);
      if (isReached) seat.release(head);
      else seat.stayBehind();
    } catch (error) {
      if (wasBehind) seat.stayBehind();
      else this.seats.delete(listener.id);
      throw error;
    }
  }

  leave(listenerId: string): void {
    this.seats.delete(listenerId);
  }

  hear(signal: Signal): void {
    if (signal.kind === 'entry') return this.heardEntry(signal.seq, signal.frame);
    if (signal.kind === 'members') return void this.checkMembers();
    const news = new News(signal.frame, this.parts.frameOf);
    for (const seat of this.seats.values()) {
      const frame = seat.listener.id === signal.except ? undefined : news.for(seat.listener);
      if (frame !== undefined) seat.passing(frame);
    }
  }

  /** Something may have been missed. */
  missed(): void {
    if (this.at === undefined) return;
    void this.catchUp();
    void this.checkMembers();
  }

  /** What the store said of it just now; nothing, when it is gone. */
  look(state: OpenState | undefined): void {
    if (state === undefined) return this.keepOnly(new Set());
    if (state.membersVersion !== this.membersVersion) void this.checkMembers(state.membersVersion);
    if (this.at !== undefined && (this.isStale || state.head > this.at)) void this.catchUp();
  }

  /** Reads what lies behind the last entry that was given; many calls during a reading cost one more. */
  catchUp(): Promise<void> {
    if (this.reading) this.readsAgain = true;
    this.reading ??= this.readOn();
    return this.reading;
  }

  private begin(head: number): void {
    if (this.at !== undefined) return;
    this.at = head;
    // Between the reading of the log and the beginning of the subscription something may have been said.
    void this.catchUp();
  }

  private heardEntry(seq: number, text: string): void {
    if (this.at !== undefined && seq <= this.at) return;
    if (this.at !== undefined && seq === this.at + 1) {
      this.give(seq, text);
      return this.giveEarly();
    }
    if (this.early.size >= EARLY_ENTRIES) this.early.clear();
    this.early.set(seq, text);
    if (this.at !== undefined) void this.catchUp();
  }

  private give(seq: number, text: string): void {
    this.at = seq;
    const news = new News(text, this.parts.frameOf);
    for (const seat of this.seats.values()) {
      const frame = news.for(seat.listener);
      if (frame !== undefined) seat.entry(seq, frame);
    }
  }

  private giveEarly(): void {
    for (;;) {
      const next = this.at! + 1;
      const text = this.early.get(next);
      if (text === undefined) return;
      this.early.delete(next);
      this.give(next, text);
    }
  }

  private async readOn(): Promise<void> {
    try {
      do {
        this.readsAgain = false;
        for (let isMore = true; isMore;) isMore = await this.readPage();
      } while (this.readsAgain);
      this.isStale = false;
    } catch (error) {
      this.isStale = true;
      this.parts.report('an open room could not read what it missed', error);
    } finally {
      // Here and not in a later turn: whoever asks after this must not be taken for asking during it.
      this.reading = undefined;
    }
  }

  /** @returns whether there is more */
  private async readPage(): Promise<boolean> {
    const entries = await this.parts.log.entriesAfter(this.id, this.at!, PAGE);
    for (const entry of entries) if (entry.seq > this.at!) this.give(entry.seq, entryFrame(entry));
    this.giveEarly();
    // What the log does not reach is not there: an append that was taken back.
    for (const seq of this.early.keys()) if (seq <= this.at! || entries.length === 0) this.early.delete(seq);
    return entries.length === PAGE;
  }

  private async checkMembers(version?: number): Promise<void> {
    try {
      this.keepOnly(await this.parts.log.hearers(this.id));
      if (version !== undefined) this.membersVersion = version;
    } catch (error) {
      this.parts.report('the members of an open room could not be read', error);
    }
  }

  private keepOnly(hearers: ReadonlySet<string>): void {
    for (const [id, { listener }] of this.seats) {
      if (hearers.has(listener.principalId)) continue;
      this.seats.delete(id);
      listener.say('left', { conversationId: this.id, reason: 'removed' });
    }
  }
}
