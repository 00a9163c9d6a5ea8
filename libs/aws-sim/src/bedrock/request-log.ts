import type { Fault, Operation } from './faults/fault';

/** How a request ended, or `open` while it has not. `cancelled`: the client went away before the answer was complete. */
export type Outcome = 'open' | 'answered' | 'refused' | 'failed' | 'fault' | 'cancelled';

/** What a test may want to know of one request. Nothing here holds a credential. */
export interface RequestRecord {
  readonly id: string;
  readonly operation: Operation;
  /** Model id, or knowledge base id. */
  readonly target: string;
  readonly protocol: 'h2' | 'http/1.1';
  readonly receivedAt: number;
  readonly faults: readonly Fault[];
  /** The JSON body; none for a voice stream. */
  body?: Record<string, unknown>;
  /** Input events of a voice stream, without its `audioInput`s. */
  readonly events: { name: string; body: Record<string, unknown> }[];
  /** Names of the events that were sent out, audio included. */
  readonly sent: string[];
  audioEvents: number;
  audioBytes: number;
  /** Samples of speech that were sent out, by the content id of their block. */
  readonly spoken: Map<string, number>;
  /** The empty last frame of a voice stream came: the client ended its input properly. */
  inputEnded: boolean;
  outcome: Outcome;
  /** Exception or fault that ended it. */
  reason?: string;
  endedAt?: number;
}

interface Waiter {
  matches: (record: RequestRecord) => boolean;
  resolve: (record: RequestRecord) => void;
}

/** A long-running simulator forgets older ones: a request may hold megabytes. */
const KEPT = 200;

/** What arrived, oldest first. */
export class RequestLog {
  private records: RequestRecord[] = [];
  private waiters: Waiter[] = [];

  get all(): readonly RequestRecord[] {
    return this.records;
  }

  get last(): RequestRecord | undefined {
    return this.records.at(-1);
  }

  /** Resolves with the first request, past or future, of which `matches` becomes true; e.g. `outcome === 'cancelled'`. */
  until(matches: (record: RequestRecord) => boolean): Promise<RequestRecord> {
    const found = this.records.find(matches);
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => this.waiters.push({ matches, resolve }));
  }

  clear(): void {
    this.records = [];
  }

  open(
    record: Pick<RequestRecord, 'id' | 'operation' | 'target' | 'protocol' | 'receivedAt' | 'faults'>,
  ): RequestRecord {
    const opened: RequestRecord = {
      ...record,
      events: [],
      sent: [],
      audioEvents: 0,
      audioBytes: 0,
      spoken: new Map(),
      inputEnded: false,
      outcome: 'open',
    };
    this.records = [...this.records, opened].slice(-KEPT);
    this.changed();
    return opened;
  }

  /** The first ending counts. */
  close(record: RequestRecord, outcome: Exclude<Outcome, 'open'>, endedAt: number, reason?: string): void {
    if (record.outcome !== 'open') return;
    Object.assign(record, { outcome, endedAt, ...(reason === undefined ? {} : { reason }) });
    this.changed();
  }

  /** Looks again whether somebody waits for what a record says now. */
  changed(): void {
    this.waiters = this.waiters.filter(({ matches, resolve }) => {
      const found = this.records.find(matches);
      if (found) resolve(found);
      return !found;
    });
  }
}
