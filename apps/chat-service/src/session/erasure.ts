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
  /** By principal: of one person one process does one thing at a time. */
  private readonly working = new Map<string, Promise<void>>();
  private goingOn: Promise<void> | undefined;

  constructor(private readonly parts: ErasureParts) {}

  /** Notes the wish. Again is harmless. @throws ParleyError `store_unavailable` */
  wish(principalId: string): Promise<ErasureWish> {
    return this.parts.wishes.add(principalId, this.now() + UNDER_WAY_MS);
  }

  /** Begins to fulfil it, behind what is being done for the same person, and keeps nobody waiting. */
  begin(wish: ErasureWish): void {
    void this.work(wish);
  }

  /**
   * Goes on with what is not fulfilled; one that fails keeps no other from it. Joins the one that runs.
   *
   * @throws ParleyError `store_unavailable` when it cannot be read which there are
   */
  goOn(): Promise<void> {
    this.goingOn ??= this.workAll().finally(() => (this.goingOn = undefined));
    return this.goingOn;
  }

  /** What has begun is brought to its end: it is seldom more than a few seconds. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.working.values());
  }

  private async workAll(): Promise<void> {
    for (const wish of await this.parts.wishes.all())
      if (!this.working.has(wish.principalId) && (!wish.isPassed || this.isOver(wish))) await this.work(wish);
  }

  private work(wish: ErasureWish): Promise<void> {
    const { principalId } = wish;
    const work = (this.working.get(principalId) ?? Promise.resolve())
      .then(() => this.erase(wish))
      .catch((error: unknown) => this.parts.report('an erasure was not finished; it goes on later', error))
      .finally(() => {
        if (this.working.get(principalId) === work) this.working.delete(principalId);
      });
    this.working.set(principalId, work);
    return work;
  }

  private async erase(wish: ErasureWish): Promise<void> {
    const { wishes, conversations, usage, reports, audit, names, consents, connections } = this.parts;
    const { principalId: id, until } = wish;
    // Never the first that comes to its end, however late that is: what it empties, a settled one takes away.
    const isSettled = wish.isPassed && this.isOver(wish);
    await conversations.erasePrincipal(id, { until, isSettled });
    await Promise.all([usage, reports, audit, connections].map((kept) => kept.forget(id, until)));
    // Once only: what he said when he came back is not asked about again.
    if (!wish.isPassed) await Promise.all([names.forget({ id }), consents.forget({ id })]);
    await (isSettled ? wishes.fulfilled(wish) : wishes.passed(wish));
  }

  /** Nothing of the time that it is about is under way. */
  private isOver({ until }: ErasureWish): boolean {
    return this.now() >= until + SETTLED_MS;
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}
