import type { CallRecord, CallRegistry, GoingOn } from '../../call/ports/call-registry.port';

/** What replicas share in a test. */
export type SharedCalls = Map<string, { record: CallRecord; owner: object; endsAt: number }>;

/** Calls in memory, shared by what stands for replicas: for tests and benches. */
export class MemoryCallRegistry implements CallRegistry {
  constructor(
    private readonly calls: SharedCalls = new Map(),
    private readonly options: { lifetimeMs?: number; now?: () => number } = {},
  ) {}

  async open(record: CallRecord): Promise<boolean> {
    if ((this.calls.get(record.callId)?.owner ?? this) !== this) return false;
    this.calls.set(record.callId, { record, owner: this, endsAt: this.end() });
    return true;
  }

  async take(callId: string, principalId: string): Promise<CallRecord | undefined> {
    const call = this.calls.get(callId);
    if (!call || call.record.principalId !== principalId || call.endsAt <= this.now()) return undefined;
    Object.assign(call, { owner: this, endsAt: this.end() });
    return call.record;
  }

  async renew(calls: readonly GoingOn[]): Promise<string[]> {
    const taken = calls.filter(({ callId }) => {
      const call = this.calls.get(callId);
      if (call?.owner !== this) return true;
      call.endsAt = this.end();
      return false;
    });
    return taken.map(({ callId }) => callId);
  }

  async close(callId: string): Promise<void> {
    if (this.calls.get(callId)?.owner === this) this.calls.delete(callId);
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private end(): number {
    return this.now() + (this.options.lifetimeMs ?? 60_000);
  }
}
