import type { Call } from './call/call';
import type { CallRecord, CallRegistry } from './call/ports/call-registry.port';
import { InTurns } from './in-turns';

/** How often a call is said to go on; also how soon this replica learns that another one took it. */
const RENEW_MS = 5_000;

/** What this needs of a call. */
export type RegisteredCall = Pick<Call, 'id' | 'streams' | 'over' | 'ended' | 'abandon'>;

interface Live<C> {
  call: C;
  principalId: string;
  /** What the registry does not have yet. */
  unsaid: CallRecord | undefined;
  /** Settled when the registry was told, or could not be. */
  told: Promise<void>;
}

export interface LiveCallsParts {
  registry: CallRegistry;
  /** Called at the beginning of each round of renewals; never rejects. */
  onRound: () => Promise<void>;
  report: (what: string, cause: unknown) => void;
  renewMs?: number;
}

/** The calls of this replica, and what it says of them to the others: that they are its own, and go on. */
export class LiveCalls<C extends RegisteredCall = Call> {
  private readonly calls = new Map<string, Live<C>>();
  private readonly renewals: InTurns<Live<C>>;
  private round = Promise.resolve();

  constructor(private readonly parts: LiveCallsParts) {
    const beginRound = () => {
      this.round = parts.onRound();
      return this.calls.values();
    };
    this.renewals = new InTurns(beginRound, (few) => this.renew(few), parts.renewMs ?? RENEW_MS);
  }

  get size(): number {
    return this.calls.size;
  }

  get all(): readonly C[] {
    return [...this.calls.values()].map(({ call }) => call);
  }

  /** One that is not over. */
  find(callId: string): { call: C; principalId: string } | undefined {
    const live = this.calls.get(callId);
    return live?.call.over === false ? live : undefined;
  }

  /** Whether no other replica has taken it since it was last said to go on. In an outage it counts as ours. */
  async isOurs(callId: string): Promise<boolean> {
    const live = this.calls.get(callId);
    if (live) await this.renew([live]);
    return live?.call.over === false;
  }

  countOf(principalId: string): number {
    return [...this.calls.values()].filter((live) => live.principalId === principalId).length;
  }

  /** A new call. Resolves when other replicas can go on with it; while the store is out that is tried again. */
  async begin(call: C, record: CallRecord): Promise<void> {
    const live = this.add(call, record.principalId);
    live.unsaid = record;
    await this.tell(live);
  }

  /** A call that this replica has taken from another. */
  goOn(call: C, principalId: string): void {
    this.add(call, principalId);
  }

  /** Stops saying that calls go on: the process leaves. Resolves when nothing is on its way any more. */
  async stop(): Promise<void> {
    await Promise.all([this.renewals.stop(), this.round]);
  }

  private add(call: C, principalId: string): Live<C> {
    const live: Live<C> = { call, principalId, unsaid: undefined, told: Promise.resolve() };
    this.calls.set(call.id, live);
    void call.ended.then(async ({ reason }) => {
      // It may have gone to another replica and come back before it was over here.
      if (this.calls.get(call.id) !== live) return;
      this.calls.delete(call.id);
      await live.told;
      if (reason !== 'restarting') await this.parts.registry.close(call.id);
    });
    return live;
  }

  private tell(live: Live<C>): Promise<void> {
    const { registry, report } = this.parts;
    live.told = registry.open(live.unsaid!).then(
      (isOurs) => {
        live.unsaid = undefined;
        // The time before had arrived though its answer was lost, and the caller has moved on since.
        if (!isOurs) void live.call.abandon();
      },
      // A call that no other replica can go on with is better than none.
      (error: unknown) => report('a call could not be registered', error),
    );
    return live.told;
  }

  /** Another replica may have taken a call: a second device of the caller, or the caller over another way. */
  private async renew(few: readonly Live<C>[]): Promise<void> {
    const going = few.filter(({ call }) => !call.over);
    for (const live of going) if (live.unsaid !== undefined) void live.told.then(() => this.tellAgain(live));
    const known = going.filter(({ unsaid }) => unsaid === undefined);
    const taken = await this.parts.registry.renew(
      known.map(({ call }) => ({ callId: call.id, streams: call.streams })),
    );
    for (const callId of taken) void this.calls.get(callId)?.call.abandon();
  }

  private tellAgain(live: Live<C>): void {
    if (live.unsaid !== undefined && !live.call.over) void this.tell(live);
  }
}
