import type { StreamLease, StreamLeases } from '../../call/ports/stream-leases.port';

/** The leases of one process: for tests and benches. */
export class MemoryStreamLeases implements StreamLeases {
  private calls = 0;
  private reserve = 0;

  constructor(private readonly options: { quota: number; reserve: number }) {}

  async acquire(purpose: 'call' | 'rotation'): Promise<StreamLease | undefined> {
    const { quota, reserve } = this.options;
    const of = purpose === 'rotation' && this.reserve < reserve ? 'reserve' : 'calls';
    if (of === 'calls' && this.calls >= Math.max(0, quota - reserve)) return undefined;
    this[of] += 1;
    let held = true;
    return {
      release: async () => {
        if (held) this[of] -= 1;
        held = false;
      },
    };
  }
}
