import { keepMsOf, type SignOut, type SignOutLog } from '../domain/sign-outs';

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
