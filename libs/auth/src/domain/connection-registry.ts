/** One open socket, as every process can know of it. */
export interface LiveConnection {
  /** Of the connection; unique everywhere. */
  id: string;
  principalId: string;
  kind: 'user' | 'guest';
  /** The path it was opened at: which service, and what for. */
  path: string;
  /** Epoch milliseconds. */
  since: number;
}

/** How many connections of one kind a process has open at one path. */
export interface ConnectionCount extends Pick<LiveConnection, 'path' | 'kind'> {
  connections: number;
}

/** A process that lives, as it told of itself last. */
export interface LiveProcess {
  id: string;
  /** Epoch milliseconds; at most `LEASE_MS` ago. */
  toldAt: number;
  /** Nothing of an older process, which does not tell. */
  open: ConnectionCount[];
}

/** How often a process says that it lives. */
export const LEASE_RENEW_MS = 15_000;
/** Without a word for so long a process is gone, and its connections with it. */
export const LEASE_MS = 45_000;

/**
 * Who is connected, over all processes: for presence and statistics. A connection is written when it opens and when it
 * closes; that it lives is said by its process, once for all of its connections.
 */
export interface ConnectionRegistry {
  /** @throws ParleyError `store_unavailable` */
  put(connection: LiveConnection): Promise<void>;
  /** Again, or of an unknown one, is harmless. @throws ParleyError `store_unavailable` */
  remove(connection: Pick<LiveConnection, 'id' | 'principalId'>): Promise<void>;
  /** Nothing of what a principal had open until then is known any more, of processes that died either. @throws ParleyError `store_unavailable` */
  forget(principalId: string, until: number): Promise<void>;
  /** The open connections of a principal, on all processes that live. @throws ParleyError `store_unavailable` */
  of(principalId: string): Promise<LiveConnection[]>;
  /** Says that this process lives, and what it has open; to be called every `LEASE_RENEW_MS`. @throws ParleyError `store_unavailable` */
  renew(open: readonly ConnectionCount[]): Promise<void>;
  /** All processes that live: one that is missing next time took its connections with it. One request, however many are connected. @throws ParleyError `store_unavailable` */
  processes(): Promise<LiveProcess[]>;
  /** This process leaves: its connections are gone at once. @throws ParleyError `store_unavailable` */
  leave(): Promise<void>;
}
