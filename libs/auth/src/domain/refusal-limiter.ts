/**
 * Counts refusals by address: a bucket of 30 that gets one back every 2 s. Above it a refusal is answered cheaply (429).
 * A valid credential never asks here, so nobody is locked out by a neighbour behind the same address.
 */
export class RefusalLimiter {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  constructor(
    private readonly options: { size?: number; everyMs?: number; addresses?: number; now?: () => number } = {},
  ) {}

  /** Takes one refusal from the address's bucket; `undefined` while there was one, else the milliseconds to wait. */
  take(address: string): number | undefined {
    const { size = 30, everyMs = 2_000, addresses = 50_000, now = Date.now } = this.options;
    const at = now();
    const bucket = this.buckets.get(address) ?? { left: size, at };
    const left = Math.min(size, bucket.left + (at - bucket.at) / everyMs);
    // Re-inserted so that the map is ordered by last use and the oldest can be dropped when it is full.
    this.buckets.delete(address);
    this.buckets.set(address, { left: left >= 1 ? left - 1 : left, at });
    if (this.buckets.size > addresses) this.buckets.delete(this.buckets.keys().next().value as string);
    return left >= 1 ? undefined : Math.ceil((1 - left) * everyMs);
  }
}
