import { LEASE_MS, RENEW_MS } from '../domain/generation-claims';
import { leaseKey } from './keys';
import type { Item, Table } from './table';

interface LeaseItem extends Item {
  /** Epoch milliseconds. */
  until?: number;
  /** Generations that their process is to end. */
  stops?: ReadonlySet<string>;
}

/** Kept long after it has run out: what is left for a process that sleeps must still be there when it wakes. */
const KEPT_MS = 3_600_000;

/** Which processes live: one item for each that writes answers, where others leave it what is to stop. */
export class ProcessLeases {
  /** Until when this process is believed to live, as it said last. */
  private believed = 0;
  private beginning: Promise<LeaseItem> | undefined;
  /** What the last renewal told. It stays in the item until the next one: an answer that is lost tells it again. */
  private heard: ReadonlySet<string> = new Set();

  constructor(
    private readonly table: Table,
    private readonly own: string,
    private readonly now: () => number,
  ) {}

  /** Until when this process is believed to live, at least for a while. Written when the last sign is not a fresh one. */
  async begin(): Promise<number> {
    if (this.believed - this.now() > LEASE_MS - RENEW_MS / 2) return this.believed;
    this.beginning ??= this.write({}).finally(() => (this.beginning = undefined));
    await this.beginning;
    return this.believed;
  }

  /** Says that this process lives, and answers what others want it to stop. */
  async renew(): Promise<string[]> {
    const heard = this.heard;
    const { stops = new Set<string>() } = await this.write(heard.size > 0 ? { takeOut: { stops: heard } } : {});
    this.heard = stops;
    return [...stops];
  }

  /** Until when a process is believed to live; 0 for one that never said so. */
  async until(process: string): Promise<number> {
    const item = (await this.table.get(leaseKey(process))) as LeaseItem | undefined;
    return item?.until ?? 0;
  }

  async leaveStop(process: string, generationId: string): Promise<void> {
    await this.table.update(leaseKey(process), this.stopping(generationId));
  }

  /**
   * The same, for a process that gives no sign any more; `false` when it does. In one write: should it come back, its next
   * sign tells it that this generation is no longer its own.
   */
  fence(process: string, generationId: string): Promise<boolean> {
    const when = 'attribute_not_exists(#until) OR #until < :now';
    return this.table.update(leaseKey(process), { ...this.stopping(generationId), when, values: { now: this.now() } });
  }

  private stopping(generationId: string) {
    return { add: { stops: new Set([generationId]) }, set: { expiresAt: this.expiry() } };
  }

  private async write(more: { takeOut?: Record<string, ReadonlySet<string>> }): Promise<LeaseItem> {
    const until = this.now() + LEASE_MS;
    const change = { set: { until, expiresAt: this.expiry() }, ...more };
    const item = (await this.table.updated(leaseKey(this.own), change)) as LeaseItem;
    this.believed = Math.max(this.believed, until);
    return item;
  }

  private expiry(): number {
    return Math.ceil((this.now() + KEPT_MS) / 1_000);
  }
}
