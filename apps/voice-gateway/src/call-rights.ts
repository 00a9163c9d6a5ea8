import { readSignal, topicOf, type FanOut, type OpenConversations } from '@parley/conversations';
import type { Call } from './call/call';

export interface CallRightsParts {
  log: Pick<OpenConversations, 'states' | 'hearers'>;
  fanOut: Pick<FanOut, 'subscribe'>;
  report: (what: string, cause: unknown) => void;
}

/** What this needs of a call. */
export type HeldCall = Pick<Call, 'conversationId' | 'ended' | 'end'>;

interface Watched {
  calls: Map<HeldCall, string>;
  /** Of the hearers that were read last. */
  membersVersion: number | undefined;
  unsubscribe: () => void;
}

/**
 * Ends the calls of those who may no longer hear their conversation: it was deleted, they were taken out of it, or a guest
 * signed in and it is a user's now. Who may is a fact in the log, looked at every few seconds, and at once when a process
 * tells of a change.
 */
export class CallRights {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly parts: CallRightsParts) {}

  /** Watches a call until it ends. */
  keep(call: HeldCall, principalId: string): void {
    const id = call.conversationId;
    const watched = this.watched.get(id) ?? this.watch(id);
    watched.calls.set(call, principalId);
    // Whoever was let in may have been taken out before this call was watched, and a round may have seen that.
    watched.membersVersion = undefined;
    void call.ended.then(() => {
      watched.calls.delete(call);
      if (watched.calls.size > 0) return;
      watched.unsubscribe();
      this.watched.delete(id);
    });
  }

  /** Asks what changed in the conversations of all calls. Never throws: an outage ends no call. */
  async look(): Promise<void> {
    if (this.watched.size === 0) return;
    try {
      const states = await this.parts.log.states([...this.watched.keys()]);
      const changed = [...this.watched].filter(([id, { membersVersion }]) => {
        const version = states.get(id)?.membersVersion;
        return version === undefined || version !== membersVersion;
      });
      await Promise.all(changed.map(([id]) => this.check(id, states.get(id)?.membersVersion)));
    } catch (error) {
      this.parts.report('the conversations of calls could not be looked at', error);
    }
  }

  private watch(id: string): Watched {
    const unsubscribe = this.parts.fanOut.subscribe(topicOf(id), {
      message: (payload) => {
        if (readSignal(payload)?.kind === 'members') void this.check(id);
      },
      gap: () => void this.check(id),
    });
    const watched = { calls: new Map<HeldCall, string>(), membersVersion: undefined, unsubscribe };
    this.watched.set(id, watched);
    return watched;
  }

  private async check(id: string, version?: number): Promise<void> {
    try {
      const hearers = await this.parts.log.hearers(id);
      const watched = this.watched.get(id);
      if (!watched) return;
      for (const [call, principalId] of watched.calls) if (!hearers.has(principalId)) void call.end('removed');
      if (version !== undefined) watched.membersVersion = version;
    } catch (error) {
      this.parts.report('who may hear a call could not be read', error);
    }
  }
}
