import type { OnApplicationShutdown } from '@nestjs/common';
import type { UsageLedger } from '@parley/assistants';
import type { ConnectionRegistry, Consents, DisplayNames } from '@parley/auth';
import type { AuditLog, ErasedPrincipals, ErasureWish, ErasureWishes, Reports } from '@parley/conversations';

/**
 * What a person does within this time of asking is erased too: his sockets on other processes are open up to 5 s more. It takes
 * longer to sign in again and say something.
 */
const UNDER_WAY_MS = 10_000;
/** Nothing that was under way is still written then: a call that lost its caller waits 30 s for him and is accounted for. */
const SETTLED_MS = 120_000;

export interface ErasureParts {
  wishes: ErasureWishes;
  conversations: ErasedPrincipals;
  usage: Pick<UsageLedger, 'forget'>;
  reports: Pick<Reports, 'forget'>;
  audit: Pick<AuditLog, 'forget'>;
  names: Pick<DisplayNames, 'forget'>;
  consents: Pick<Consents, 'forget'>;
  connections: Pick<ConnectionRegistry, 'forget'>;
  report: (what: string, cause: unknown) => void;
  now?: () => number;
}

/**
 * Erases what a person left. The wish is a fact before he is told that it is begun; a process that dies over it leaves it to
 * another. It is done twice: at once, and when nothing is under way any more.
 */
export class Erasure implements OnApplicationShutdown {
  private readonly working = new Set<Promise<void>>();

  constructor(private readonly parts: ErasureParts) {}

  /** Notes the wish. Again is harmless. @throws ParleyError `store_unavailable` */
  wish(principalId: string): Promise<ErasureWish> {
    return this.parts.wishes.add(principalId, this.now() + UNDER_WAY_MS);
  }

  /** Begins to fulfil it, and keeps nobody waiting. */
  begin(wish: ErasureWish): void {
    const work = this.erase(wish).catch((error: unknown) =>
      this.parts.report('an erasure was not finished; it goes on later', error),
    );
    this.working.add(work);
    void work.finally(() => this.working.delete(work));
  }

  /** Goes on with what is not fulfilled. @throws ParleyError `store_unavailable` */
  async goOn(): Promise<void> {
    for (const wish of await this.parts.wishes.all())
      if (!wish.isPassed || this.now() >= wish.until + SETTLED_MS) await this.erase(wish);
  }

  /** What has begun is brought to its end: it is seldom more than a few seconds. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.working);
  }

  private async erase(wish: ErasureWish): Promise<void> {
    const { wishes, conversations, usage, reports, audit, names, consents, connections } = this.parts;
    const { principalId: id, until } = wish;
    const isSettled = this.now() >= until + SETTLED_MS;
    await conversations.erasePrincipal(id, { until, isSettled });
    await Promise.all([usage.forget(id, until), reports.forget(id), audit.forget(id), connections.forget(id, until)]);
    // Once only: what he said when he came back is not asked about again.
    if (!wish.isPassed) await Promise.all([names.forget({ id }), consents.forget({ id })]);
    await (isSettled ? wishes.fulfilled(wish) : wishes.passed(wish));
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}
