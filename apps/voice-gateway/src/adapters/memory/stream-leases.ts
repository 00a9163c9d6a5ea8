import type { StreamLease, StreamLeases } from '../../call/ports/stream-leases.port';

/** The leases of one process: for tests and benches. */
export class MemoryStreamLeases implements StreamLeases {
  private taken = 0;

  constructor(private readonly options: { quota: number; reserve: number }) {}

  async acquire(purpose: 'call' | 'rotation'): Promise<StreamLease | undefined> {
    const { quota, reserve } = this.options;
    if (this.taken >= (purpose === 'call' ? quota - reserve : quota)) return undefined;
    this.taken += 1;
    let held = true;
    return {
      release: async () => {
        if (held) this.taken -= 1;
        held = false;
      },
    };
  }
}
