import type { Entry } from '@parley/protocol';
import { asClientError, type ClientError } from '../core/client-error';
import { backoffMs, type Clock, type Timer } from '../core/clock';
import { Subject, type Observable } from '../core/observable';
import { Drafts, type Draft } from './drafts';
import { EntryLog } from './entry-log';
import { Outbox, type Outgoing } from './outbox';
import type { Person, RoomLine, RoomServerEvents } from './room-wire';
import { Typing } from './typing';

/**
 * `joining`: also while what was missed is being read. `removed`: somebody took this person out of it, or it was deleted.
 * `refused`: for good; `error` says why.
 */
export type RoomState = { name: 'joining' | 'joined' | 'left' | 'removed' } | { name: 'refused'; error: ClientError };

export interface RoomMember {
  person: Person;
  online: boolean;
}

/** As many entries a page as the server gives at most. */
const PAGE = 200;

/**
 * One room that was joined, and joined again over each new line, with exactly what was missed. `entries` is the log as it
 * came; `toUiMessages` folds edits and deletions into it. Got from `RoomClient.join`.
 */
export class Room {
  private readonly currentState = new Subject<RoomState>({ name: 'joining' });
  private readonly currentEntries = new Subject<readonly Entry[]>([]);
  private readonly currentOutgoing = new Subject<readonly Outgoing[]>([]);
  private readonly currentDrafts = new Subject<readonly Draft[]>([]);
  private readonly currentTyping = new Subject<readonly Person[]>([]);
  private readonly currentMembers = new Subject<readonly RoomMember[]>([]);
  private readonly currentReads = new Subject<ReadonlyMap<string, number>>(new Map());

  readonly state: Observable<RoomState> = this.currentState;
  /** In order of `seq`, each once, without a hole. */
  readonly entries: Observable<readonly Entry[]> = this.currentEntries;
  /** What this person sent and the log does not have yet, or refused. */
  readonly outgoing: Observable<readonly Outgoing[]> = this.currentOutgoing;
  /** What assistants are writing. */
  readonly drafts: Observable<readonly Draft[]> = this.currentDrafts;
  readonly typing: Observable<readonly Person[]> = this.currentTyping;
  readonly members: Observable<readonly RoomMember[]> = this.currentMembers;
  /** How far others have read: `seq` by principal id. */
  readonly reads: Observable<ReadonlyMap<string, number>> = this.currentReads;

  private readonly log = new EntryLog();
  private readonly partial = new Drafts();
  private readonly outbox: Outbox;
  private readonly keys: Typing;
  private catchingUp?: Promise<void>;
  private isMoreWanted = false;
  private entering = 0;
  private again?: Timer;
  private readUpTo = 0;
  private isFromStart = false;

  constructor(
    readonly conversationId: string,
    private readonly line: RoomLine,
    private readonly options: { clock: Clock; after?: number },
  ) {
    const { clock } = options;
    this.outbox = new Outbox(conversationId, line, clock, () => this.currentOutgoing.set(this.outbox.messages));
    this.keys = new Typing(clock, {
      say: (typing) => line.say('typing', { conversationId, typing }),
      changed: () => this.currentTyping.set(this.keys.people),
    });
  }

  /** Sends a message; resolves once it is in the log, however many lines that takes. Rejects when it is refused. */
  send(text: string, clientId: string = crypto.randomUUID()): Promise<RoomServerEvents['ack']> {
    this.keys.stopped();
    return this.outbox.send(clientId, text);
  }

  /** Takes a refused message off `outgoing`. */
  forget(clientId: string): void {
    this.outbox.forget(clientId);
  }

  edit(id: string, text: string): Promise<unknown> {
    return this.line.ask('edit', { conversationId: this.conversationId, id, text }, 'ack');
  }

  remove(id: string): Promise<unknown> {
    return this.line.ask('delete', { conversationId: this.conversationId, id }, 'ack');
  }

  /** A key was pressed in the field; the others are told now and then, and when it stops. */
  keyPressed(): void {
    this.keys.key();
  }

  /** What was typed is gone again. */
  typingStopped(): void {
    this.keys.stopped();
  }

  /** Everything up to here was seen. */
  read(seq: number): void {
    if (seq <= this.readUpTo) return;
    this.readUpTo = seq;
    this.line.say('read', { conversationId: this.conversationId, seq });
  }

  /** Whether something came before `entries`, as far as that is known: what is there may all be deleted. */
  get hasEarlier(): boolean {
    return !this.isFromStart && (this.log.entries[0]?.seq ?? 1) > 1;
  }

  /** Reads a page of what came before. False when there is nothing more. Rejects with ClientError. */
  async loadEarlier(limit = 50): Promise<boolean> {
    const before = this.log.entries[0]?.seq;
    if (before === undefined || !this.hasEarlier) return false;
    const { items } = await this.line.ask('history', { conversationId: this.conversationId, before, limit }, 'history');
    this.isFromStart = items.length === 0;
    this.log.addEarlier(items);
    this.currentEntries.set(this.log.entries);
    return this.hasEarlier;
  }

  /** Reads again what is known of the log: it reads otherwise since somebody was blocked or unblocked. Rejects with ClientError. */
  async readAgain(): Promise<void> {
    const { conversationId, line, log } = this;
    const first = log.entries[0]?.seq;
    if (first === undefined) return;
    const anew: Entry[] = [];
    // Raw, so that edits and deletions of what is known come with it.
    for (let after = first - 1; after < log.knownUpTo!; after = anew.at(-1)!.seq) {
      const { items } = await line.ask('history', { conversationId, after, limit: PAGE }, 'history');
      if (items.length === 0) break;
      anew.push(...items);
    }
    log.readAnew(anew);
    this.show();
    this.currentMembers.set(membersOf(await line.ask('presence', { conversationId }, 'presence')));
  }

  /** @internal The line is up (again). */
  async enter(attempt = 1): Promise<void> {
    const round = (this.entering += 1);
    const { conversationId, line } = this;
    const after = this.log.knownUpTo ?? this.options.after;
    try {
      const { head, items } = await line.ask('joinRoom', { conversationId, after }, 'joined');
      // Without a bound it is the end of the log, whatever is left out of it.
      this.log.addPage(items, after === undefined || items.length === 0 ? head : undefined);
      this.arrivedInLog(items);
      if (this.log.knownUpTo! < head || this.log.hasGap) await this.catchUp();
      this.show();
      if (round !== this.entering) return;
      this.currentState.set({ name: 'joined' });
      void this.outbox.tryNext();
      if (this.readUpTo > 0) line.say('read', { conversationId, seq: this.readUpTo });
      this.currentMembers.set(membersOf(await line.ask('presence', { conversationId }, 'presence')));
    } catch (thrown) {
      const error = asClientError(thrown);
      if (round !== this.entering) return;
      if (error.kind !== 'unavailable') return this.currentState.set({ name: 'refused', error });
      // A lost line begins anew by itself; this is for a service that is busy.
      const wait = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt));
      this.again = this.options.clock.after(wait, () => line.isUp && void this.enter(attempt + 1));
    }
  }

  /** @internal */
  lineLost(): void {
    this.entering += 1;
    this.options.clock.cancel(this.again);
    this.keys.clear();
    this.partial.clear();
    this.currentDrafts.set([]);
    if (this.currentState.get().name === 'joined') this.currentState.set({ name: 'joining' });
  }

  /** @internal */
  leave(): void {
    this.ended('left');
  }

  /** @internal What the server says about this room. */
  readonly heard: { [N in keyof RoomServerEvents]?: (data: RoomServerEvents[N]) => void } = {
    message: ({ message }) => this.arrived(message),
    entry: ({ entry }) => this.arrived(entry),
    behind: () => this.fillGap(),
    delta: (delta) => {
      this.partial.delta(delta);
      this.currentDrafts.set(this.partial.drafts);
    },
    typing: ({ principal, typing }) => this.keys.heard(principal, typing),
    presence: (news) => this.currentMembers.set(merged(this.currentMembers.get(), membersOf(news))),
    left: ({ reason }) => reason === 'removed' && this.ended('removed'),
    read: ({ principal, seq }) => this.currentReads.set(new Map(this.currentReads.get()).set(principal.id, seq)),
  };

  private ended(name: 'left' | 'removed'): void {
    this.lineLost();
    this.currentMembers.set([]);
    this.currentState.set({ name });
  }

  private arrived(entry: Entry): void {
    const isComplete = this.log.add(entry);
    this.arrivedInLog([entry]);
    this.keys.heard(entry.author, false);
    // Before the room is entered nothing is asked for: the first page says where to begin.
    if (!isComplete && this.log.knownUpTo !== undefined) this.fillGap();
    this.show();
  }

  private fillGap(): void {
    this.catchUp().then(
      () => this.show(),
      () => undefined, // the next line, or the next message, asks again
    );
  }

  /** Reads from the history what is missing; one reading at a time, and once more when more was missed meanwhile. */
  private catchUp(): Promise<void> {
    this.isMoreWanted = true;
    this.catchingUp ??= this.readOn().finally(() => (this.catchingUp = undefined));
    return this.catchingUp;
  }

  private async readOn(): Promise<void> {
    const { conversationId } = this;
    let isAll = false;
    while (!isAll || this.isMoreWanted) {
      this.isMoreWanted = false;
      const after = this.log.knownUpTo ?? 0;
      const { items, head } = await this.line.ask('history', { conversationId, after, limit: PAGE }, 'history');
      this.log.addPage(items, items.length === 0 ? head : undefined);
      this.arrivedInLog(items);
      isAll = this.log.knownUpTo! >= head;
    }
  }

  /** What was being written or sent and is in the log now is neither any more. */
  private arrivedInLog(items: readonly Entry[]): void {
    for (const item of items) {
      if (item.type !== 'message') continue;
      this.partial.done(item.id);
      if (item.clientId !== undefined)
        this.outbox.arrived(item.clientId, {
          conversationId: item.conversationId,
          clientId: item.clientId,
          id: item.id,
          seq: item.seq,
        });
    }
  }

  private show(): void {
    this.currentEntries.set(this.log.entries);
    this.currentDrafts.set(this.partial.drafts);
  }
}

const membersOf = ({ members }: RoomServerEvents['presence']): RoomMember[] =>
  members.map(({ principal, online }) => ({ person: principal, online }));

/** News of some members, which may be all of them. */
function merged(known: readonly RoomMember[], news: readonly RoomMember[]): readonly RoomMember[] {
  const byId = new Map([...known, ...news].map((member) => [member.person.id, member]));
  return [...byId.values()];
}
