import type { Blocks, FanOut } from '@parley/conversations';

export interface BlockListsParts {
  blocks: Blocks;
  fanOut: FanOut;
  report: (what: string, cause: unknown) => void;
  /** How often the store is asked who changed something, 5 s when left out: without Valkey the latest that it counts. */
  pollMs?: number;
  now?: () => number;
}

/** Whom one person blocks, as this process knows it now, for as long as somebody holds it. */
export interface BlockList {
  readonly blocked: ReadonlySet<string>;
  /** Read for the first time. @throws ParleyError `store_unavailable` */
  readonly ready: Promise<void>;
  release(): void;
}

interface Held {
  blocked: ReadonlySet<string>;
  holders: number;
  /** Number of the reading that it was taken from: an older one that comes late changes nothing. */
  readBy: number;
  ready: Promise<void>;
}

const TOPIC = 'blocks';
const NOBODY: ReadonlySet<string> = new Set();
/** Each look goes back this much further than the last: clocks of processes differ, and the index of the store lags. */
const OVERLAP_MS = 60_000;

/** Whom the people who are connected here block, in memory: a broadcast asks nobody. */
export class BlockLists {
  private readonly held = new Map<string, Held>();
  private readings = 0;
  private lookedAt: number;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly parts: BlockListsParts) {
    this.lookedAt = this.now();
  }

  start(): void {
    const look = () => {
      this.looking = this.look();
    };
    this.unsubscribe = this.parts.fanOut.subscribe(TOPIC, { message: (id) => void this.readAgain([id]), gap: look });
    this.timer = setInterval(look, this.parts.pollMs ?? 5_000).unref();
  }

  /** Resolves when the store is not asked any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.unsubscribe?.();
    await this.looking;
  }

  /** Somebody connects. To be released once. */
  hold(principalId: string): BlockList {
    const held = this.held.get(principalId) ?? { blocked: NOBODY, holders: 0, readBy: 0, ready: Promise.resolve() };
    held.holders += 1;
    if (!this.held.has(principalId)) {
      this.held.set(principalId, held);
      held.ready = this.read([principalId]);
      // Whoever waits for it is told; nobody may.
      held.ready.catch(() => undefined);
    }
    return {
      get blocked() {
        return held.blocked;
      },
      ready: held.ready,
      release: () => {
        held.holders -= 1;
        if (held.holders === 0) this.held.delete(principalId);
      },
    };
  }

  /** Here once it is a fact, and everywhere soon. @throws ParleyError `store_unavailable`, `too_large` */
  async change(principalId: string, whom: string, isBlocked: boolean): Promise<void> {
    await this.parts.blocks[isBlocked ? 'block' : 'unblock'](principalId, whom);
    this.parts.fanOut.publish(TOPIC, principalId);
    await this.readAgain([principalId]);
  }

  /**
   * Somebody is another principal from now on, a guest who signed in: he blocks whom he blocked before, as many as fit.
   *
   * @throws ParleyError `store_unavailable`
   */
  async takeOver(fromId: string, toId: string): Promise<void> {
    await this.parts.blocks.takeOver(fromId, toId);
    this.parts.fanOut.publish(TOPIC, toId);
    await this.readAgain([toId]);
  }

  /**
   * Nothing is kept of the list of one who is another now. His sockets that are still open hide what they hid.
   *
   * @throws ParleyError `store_unavailable`
   */
  forget(principalId: string): Promise<void> {
    return this.parts.blocks.forget(principalId);
  }

  /** Asks the store who changed something, whatever was heard of it. */
  async look(): Promise<void> {
    const startedAt = this.now();
    try {
      if (this.held.size > 0) await this.read(await this.parts.blocks.changedSince(this.lookedAt - OVERLAP_MS));
      this.lookedAt = startedAt;
    } catch (error) {
      this.parts.report('it cannot be read who blocked somebody', error);
    }
  }

  private async readAgain(principalIds: readonly string[]): Promise<void> {
    await this.read(principalIds).catch((error: unknown) =>
      this.parts.report('it cannot be read whom somebody blocks', error),
    );
  }

  private async read(principalIds: readonly string[]): Promise<void> {
    const wanted = principalIds.filter((id) => this.held.has(id));
    if (wanted.length === 0) return;
    const reading = (this.readings += 1);
    const lists = await this.parts.blocks.of(wanted);
    for (const id of wanted) {
      const held = this.held.get(id);
      if (held === undefined || held.readBy > reading) continue;
      held.readBy = reading;
      held.blocked = lists.get(id) ?? NOBODY;
    }
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}
