import type { Principal } from './principal';
import { Polled, type PolledOptions } from './polled';
import { keepMsOf, type SignOut, type SignOutLog } from './sign-outs';

export interface SignedOutListOptions extends PolledOptions {
  log: SignOutLog;
  now?: () => number;
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
  private readonly polled: Polled;
  private readUntil: number | undefined;
  private readonly now: () => number;

  constructor(private readonly options: SignedOutListOptions) {
    this.now = options.now ?? Date.now;
    this.polled = new Polled(() => this.read(), options);
  }

  /** Whether the log was read at least once. */
  get known(): boolean {
    return this.readUntil !== undefined;
  }

  /** Resolves after the first read, whatever came of it; reads on every few seconds. */
  start(): Promise<void> {
    return this.polled.start();
  }

  /** Resolves when nothing is read any more. */
  stop(): Promise<void> {
    return this.polled.stop();
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
    return this.polled.onChange(listener);
  }

  /** Reads what is new: all that was written before the call. Many calls during a read cost one more. */
  poll(): Promise<void> {
    return this.polled.poll();
  }

  private async read(): Promise<void> {
    const startedAt = this.now();
    const from = this.readUntil === undefined ? startedAt - keepMsOf({ kind: 'principal' }) : this.readUntil;
    this.take(await this.options.log.since(from - OVERLAP_MS));
    this.readUntil = startedAt;
    this.forget(startedAt);
  }

  private take(signOuts: readonly SignOut[]): void {
    let changed = false;
    for (const { kind, id, at } of signOuts) {
      const known = kind === 'session' ? this.sessions : this.principals;
      if ((known.get(id) ?? -Infinity) >= at) continue;
      known.set(id, at);
      changed = true;
    }
    if (changed) this.polled.tell();
  }

  private forget(now: number): void {
    for (const [kind, known] of [['session', this.sessions] as const, ['principal', this.principals] as const])
      for (const [id, at] of known) if (now - at > keepMsOf({ kind })) known.delete(id);
  }
}
