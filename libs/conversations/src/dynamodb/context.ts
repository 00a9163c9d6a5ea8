import type { Table } from './table';

/** What the parts of the store share. */
export interface StoreContext {
  table: Table;
  /** Epoch milliseconds. */
  now: () => number;
  randomId: () => string;
  /** Told of a failure that was survived, because the next write or read mends it. */
  report: (what: string, cause: unknown) => void;
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
