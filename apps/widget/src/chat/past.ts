import { ChatClient, type Room, type TokenProvider } from '@parley/client';
import { textOf, type Entry } from '@parley/protocol';

/** What was said, as far as it was heard or read. It stays while the line is a new one. */
export class Past {
  entries: readonly Entry[] = [];
  /** Said by somebody whom the visitor blocks, and looked at all the same: by `seq`. */
  readonly revealed = new Map<number, string>();
  private room: Room | undefined;
  private reading: Promise<unknown> | undefined;

  constructor(private readonly baseUrl: string) {}

  /** Whether more was said before. */
  get hasEarlier(): boolean {
    return this.room?.hasEarlier === true;
  }

  /** From here on it is this room's. */
  follow(room: Room): void {
    this.room = room;
  }

  heard(room: Room, entries: readonly Entry[]): void {
    if (this.room === room) this.entries = entries;
  }

  /** Reads a page of what was said before; one at a time. Rejects with ClientError. */
  async earlier(): Promise<void> {
    this.reading ??= this.room?.loadEarlier().finally(() => (this.reading = undefined));
    await this.reading;
  }

  /** Reads what is hidden at a place. Rejects with ClientError. */
  async reveal(conversationId: string, seq: number, tokenSource: TokenProvider): Promise<void> {
    const chat = new ChatClient({ baseUrl: this.baseUrl, tokenSource });
    const { items } = await chat.messages(conversationId, { before: seq + 1, limit: 1, blocked: 'show' });
    const [item] = items;
    const text = item?.type === 'message' && item.seq === seq ? textOf(item.parts) : '';
    this.revealed.set(seq, text === '' ? 'It is no longer there.' : text);
  }

  /** Nothing of it is known any more. */
  forget(): void {
    this.entries = [];
    this.revealed.clear();
    this.room = undefined;
  }
}
