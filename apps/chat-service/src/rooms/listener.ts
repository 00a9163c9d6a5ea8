/** A connection, as rooms see it. Nothing here waits for it. */
export interface Listener {
  /** Of the connection. */
  readonly id: string;
  readonly principalId: string;
  /** Whom the principal does not want to hear, as it is known now. */
  readonly blocked: ReadonlySet<string>;
  /** Bytes that it was sent and has not taken yet. */
  readonly backlogBytes: number;
  /** Sends a frame that was made once for many. */
  deliver(frame: Uint8Array): void;
  say(event: string, data: object): void;
}

/** A reader with more than this waiting is told that it is behind, and gets nothing more until it has read the log. */
export const BEHIND_BYTES = 512 << 10;
/** What is kept for a listener while it reads the log: more, and it reads on. */
const HELD_FRAMES = 1_000;

/** One listener's place in one conversation: what it was given, and whether it takes more. */
export class Seat {
  private state: 'holding' | 'live' | 'behind' = 'holding';
  private at = 0;
  private held: { seq: number; frame: Uint8Array }[] = [];

  constructor(
    readonly listener: Listener,
    private readonly conversationId: string,
  ) {}

  get isBehind(): boolean {
    return this.state === 'behind';
  }

  /** The log is being read for this listener: what comes meanwhile waits. */
  hold(): void {
    this.state = 'holding';
    this.held = [];
  }

  /** The listener knows, or is told how far, the log up to `head`: what came since follows, each entry once. */
  release(head: number): void {
    const held = this.held;
    this.held = [];
    this.at = head;
    this.state = 'live';
    if (held.length > HELD_FRAMES) return this.fallBehind(held.at(-1)!.seq);
    for (const { seq, frame } of held) this.entry(seq, frame);
  }

  /** The reading did not reach the head. */
  stayBehind(): void {
    this.state = 'behind';
    this.held = [];
  }

  entry(seq: number, frame: Uint8Array): void {
    if (this.state === 'holding') {
      if (this.held.length <= HELD_FRAMES) this.held.push({ seq, frame });
      return;
    }
    if (this.state === 'behind' || seq <= this.at) return;
    if (this.listener.backlogBytes > BEHIND_BYTES) return this.fallBehind(seq);
    this.at = seq;
    this.listener.deliver(frame);
  }

  /** What is kept nowhere: a listener that is busy does without. */
  passing(frame: Uint8Array): void {
    if (this.state === 'live' && this.listener.backlogBytes <= BEHIND_BYTES) this.listener.deliver(frame);
  }

  private fallBehind(head: number): void {
    this.state = 'behind';
    this.listener.say('behind', { conversationId: this.conversationId, head });
  }
}
