import type { Principal } from './principal';
import { keepMsOf, type SignOut, type SignOutHint, type SignOutLog } from './sign-outs';

export interface SignedOutListOptions {
  log: SignOutLog;
  hint?: SignOutHint | undefined;
  /** How often the log is read, 5 s when left out: without hints the longest that a signed-out socket lives elsewhere. */
  pollMs?: number | undefined;
  now?: () => number;
  /** Told when the log cannot be read; the list goes on with what it knows. */
  onError?: (error: unknown) => void;
}

/** Each read goes back this much further than the last one began: clocks of processes differ, and writes take time. */
const OVERLAP_MS = 60_000;

/**
 * Who is signed out, in this process's memory, so that a handshake asks nobody. The log in the database is the truth and is
 * polled; hints only make it faster.
 */
export class SignedOutList {
  private readonly sessions = new Map<string, number>();
  private readonly principals = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private reading: Promise<void> | undefined;
  private readsAgain = false;
  private stopped = false;
  private readUntil: number | undefined;
  private readonly now: () => number;

  constructor(private readonly options: SignedOutListOptions) {
    this.now = options.now ?? Date.now;
  }

  /** Whether the log was read at least once. */
  get known(): boolean {
    return this.readUntil !== undefined;
  }

  /** Resolves after the first read, whatever came of it; reads on every few seconds. */
  async start(): Promise<void> {
    this.unsubscribe = this.options.hint?.take(() => void this.poll());
    await this.poll();
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
  }

  /** Whether the sign-in that this principal comes from was ended. */
  has({ id, sessionId, signedInAt = 0 }: Principal): boolean {
    if (sessionId !== undefined && this.sessions.has(sessionId)) return true;
    return signedInAt <= (this.principals.get(id) ?? -Infinity);
  }

  /**
   * Ends a sign-in here at once and everywhere soon; `everywhere` ends all that this principal began until now. So does a
   * credential that does not tell its session (a pool without revocation): there is nothing smaller to end.
   *
   * @throws ParleyError `store_unavailable`; the sign-in has ended in this process nevertheless
   */
  async signOut(principal: Principal, everywhere = false): Promise<void> {
    const at = this.now();
    const signOuts: SignOut[] = [];
    if (principal.sessionId !== undefined) signOuts.push({ kind: 'session', id: principal.sessionId, at });
    if (everywhere || principal.sessionId === undefined) signOuts.push({ kind: 'principal', id: principal.id, at });
    this.take(signOuts);
    await Promise.all(signOuts.map((signOut) => this.options.log.add(signOut)));
    this.options.hint?.give();
  }

  /** Calls back after somebody was signed out. @returns ends it */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads what is new: all that was written before the call. Many calls during a read cost one more. */
  poll(): Promise<void> {
    if (this.reading) this.readsAgain = true;
    this.reading ??= this.readOn().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readOn(): Promise<void> {
    do {
      this.readsAgain = false;
      await this.read();
    } while (this.readsAgain);
  }

  private async read(): Promise<void> {
    const startedAt = this.now();
    const from = this.readUntil === undefined ? startedAt - keepMsOf({ kind: 'principal' }) : this.readUntil;
    try {
      this.take(await this.options.log.since(from - OVERLAP_MS));
      this.readUntil = startedAt;
      this.forget(startedAt);
    } catch (error) {
      this.options.onError?.(error);
    }
  }

  private take(signOuts: readonly SignOut[]): void {
    let changed = false;
    for (const { kind, id, at } of signOuts) {
      const known = kind === 'session' ? this.sessions : this.principals;
      if ((known.get(id) ?? -Infinity) >= at) continue;
      known.set(id, at);
      changed = true;
    }
    if (changed) for (const listener of this.listeners) listener();
  }

  private forget(now: number): void {
    for (const [kind, known] of [['session', this.sessions] as const, ['principal', this.principals] as const])
      for (const [id, at] of known) if (now - at > keepMsOf({ kind })) known.delete(id);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.poll().then(() => this.schedule()), this.options.pollMs ?? 5_000).unref();
  }
}
