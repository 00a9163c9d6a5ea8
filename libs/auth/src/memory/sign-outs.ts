import { keepMsOf, type SignOut, type SignOutFanOut, type SignOutLog } from '../domain/sign-outs';

/** Sign-outs in memory: for tests, and for a service of a single process. */
export class MemorySignOutLog implements SignOutLog {
  private signOuts: SignOut[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  async add(signOut: SignOut): Promise<void> {
    this.signOuts.push(signOut);
  }

  async since(at: number): Promise<SignOut[]> {
    this.signOuts = this.signOuts.filter((signOut) => this.now() - signOut.at <= keepMsOf(signOut));
    return this.signOuts.filter((signOut) => signOut.at >= at);
  }
}

/** What the subscribers of one process tell each other; a bus that several processes share is another adapter. */
export class MemorySignOutFanOut implements SignOutFanOut {
  private readonly listeners = new Set<(signOut: SignOut) => void>();

  async publish(signOut: SignOut): Promise<void> {
    for (const listener of this.listeners) listener(signOut);
  }

  subscribe(listener: (signOut: SignOut) => void): () => void {
    const own = (signOut: SignOut) => listener(signOut);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }
}
