import type { Author } from '@parley/protocol';
import type { Connection, SharedFrame } from '@parley/service-kit';
import type { BlockList } from '../rooms/block-lists';
import type { Listener } from '../rooms/listener';

/** A connection that listens to rooms, and who speaks through it. */
export class ConnectionListener implements Listener {
  readonly id: string;
  readonly principalId: string;

  constructor(
    readonly connection: Connection,
    readonly author: Author,
    /** Names the principal's own conversation of this session. */
    readonly label: string,
    private readonly blockList: BlockList,
  ) {
    this.id = connection.id;
    this.principalId = author.id;
  }

  get backlogBytes(): number {
    return this.connection.bufferedBytes;
  }

  get blocked(): ReadonlySet<string> {
    return this.blockList.blocked;
  }

  /** The connection is gone. */
  release(): void {
    this.blockList.release();
  }

  deliver(frame: Uint8Array): void {
    this.connection.sendShared(frame as SharedFrame);
  }

  say(event: string, data: object): void {
    this.connection.send(event, data);
  }
}
