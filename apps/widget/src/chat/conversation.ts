import {
  askAssistant,
  asClientError,
  ChatClient,
  RoomClient,
  whyUnreachable,
  type ClientError,
  type Room,
  type RoomConnection,
  type RoomState,
  type TokenProvider,
  type TranscriptLine,
} from '@parley/client';
import type { Memory } from '../visit/memory';
import type { Visitor } from '../visit/visitor';
import { itemsOf, type Item, type Local } from './items';
import { Past } from './past';

export interface ConversationOptions {
  baseUrl: string;
  visitor: Visitor;
  memory: Memory;
  /** Who answers, and what the page shows at the moment of a question. */
  question: () => { assistant: string; context?: Record<string, unknown> };
  /** Something is to be shown anew. */
  changed: () => void;
  /** Somebody else is here now, or the guest has signed in: a call of before is not to go on. */
  speakerChanged: () => void;
}

export interface ConversationView {
  items: readonly Item[];
  /** Whether more was said before. */
  hasEarlier: boolean;
  /** `waiting`: nothing of the answer is here yet. */
  answer: 'idle' | 'waiting' | 'writing';
  line: RoomConnection['name'];
  withPeople: boolean;
  error?: ClientError;
}

/** The visitor's conversation: asked over HTTP, so that the page's context comes along, and heard over a room's line. */
export class Conversation {
  private id?: string;
  /** Whether Parley has it: it is made by its first question. */
  private exists = false;
  private source?: TokenProvider;
  private client?: RoomClient;
  private room?: Room;
  private me?: string;
  private readonly past: Past;
  private locals: Local[] = [];
  private answer: ConversationView['answer'] = 'idle';
  private error?: ClientError;
  /** What was said in calls from here. */
  private lines: readonly TranscriptLine[] = [];
  private settling?: Promise<TokenProvider>;
  /** How often the page said so. */
  private visitorChanges = 0;
  /** A change came while an answer was being written. */
  private isVisitorNew = false;
  /** Of the answers that whoever is here now is reading. */
  private reading = new AbortController();
  private isClosed = false;

  constructor(private readonly options: ConversationOptions) {
    this.past = new Past(options.baseUrl);
  }

  get view(): ConversationView {
    const { room, past, locals, lines, me, answer } = this;
    const { entries, revealed, hasEarlier } = past;
    const all = { entries, revealed, drafts: room?.drafts.get() ?? [], locals, lines, me };
    const error = this.error === undefined ? {} : { error: this.error };
    return { ...itemsOf(all), hasEarlier, answer, line: this.client?.state.get().name ?? 'idle', ...error };
  }

  /** For a call: where it goes on, and who speaks; known once `open` has settled. */
  get voice(): { conversationId?: string; source?: TokenProvider } {
    const conversationId = this.room === undefined ? undefined : this.id;
    return { ...(conversationId === undefined ? {} : { conversationId }), ...(this.source && { source: this.source }) };
  }

  /** Finds out who is there and shows what was said. What goes wrong is the view's `error`. */
  async open(): Promise<void> {
    this.isClosed = false;
    await this.look();
  }

  /** Asks. Ends when the answer has ended, or could not be had. */
  async ask(text: string): Promise<void> {
    const local: Local = { key: crypto.randomUUID(), who: 'me', text, state: 'final' };
    this.locals.push(local);
    await this.send(local);
  }

  /** Asks again what could not be sent, or else only looks again. */
  async retry(): Promise<void> {
    const failed = this.locals.findLast(({ state }) => state === 'failed');
    if (failed === undefined) return this.look();
    failed.state = 'final';
    await this.send(failed);
  }

  async stop(): Promise<void> {
    const { id, source: tokenSource } = this;
    if (id === undefined || tokenSource === undefined) return;
    await new ChatClient({ baseUrl: this.options.baseUrl, tokenSource }).stop(id).catch((error) => this.fail(error));
  }

  /** Shows a page of what was said before. */
  async earlier(): Promise<void> {
    await this.past.earlier().catch((error) => this.fail(error));
    this.options.changed();
  }

  /** Shows what is hidden at a place of the log. */
  async reveal(seq: number): Promise<void> {
    const { id, source } = this;
    if (id === undefined || source === undefined) return;
    await this.past.reveal(id, seq, source).catch((error) => this.fail(error));
    this.options.changed();
  }

  /** The page says that who is there may have changed. An answer that is being written is cut off for who left alone. */
  async visitorChanged(): Promise<void> {
    this.visitorChanges += 1;
    this.isVisitorNew = this.answer !== 'idle';
    if (this.isVisitorNew && !(await this.options.visitor.hasLeft())) return;
    this.isVisitorNew = false;
    await this.look();
  }

  /** A call from here: what is said in it, as whom, and where, once that is known. One of somebody who left is not heard. */
  heard(lines: readonly TranscriptLine[], conversationId: string | undefined, speaker: TokenProvider): void {
    if (this.isClosed || speaker !== this.source) return;
    this.lines = lines;
    if (conversationId !== undefined && this.room?.conversationId !== conversationId) {
      this.begin(conversationId);
      this.connect();
    }
    this.options.changed();
  }

  /** Something beside it went wrong. */
  failed(error: ClientError): void {
    this.error = error;
    this.options.changed();
  }

  /** Nothing is read or listened to until it is opened again. */
  close(): void {
    this.isClosed = true;
    this.stopReading();
    this.closeLine();
  }

  private async look(): Promise<void> {
    this.error = undefined;
    try {
      const source = await this.settle();
      // Before the first word is typed: a page whose origin is not admitted can do nothing here.
      await source.token();
    } catch (thrown) {
      await this.fail(thrown);
    }
    this.options.changed();
  }

  private async send(local: Local): Promise<void> {
    this.error = undefined;
    this.answer = 'waiting';
    this.options.changed();
    try {
      const tokenSource = await this.settle();
      // Whoever was here before has left, with what he had said; this is the next one's.
      if (!this.locals.includes(local)) this.locals.push(local);
      if (this.isClosed) local.state = 'failed';
      else if (this.view.withPeople && this.room !== undefined) await this.tellPeople(this.room, local);
      else await this.readAnswer(tokenSource, local);
    } catch (thrown) {
      local.state = 'failed';
      await this.fail(thrown);
    }
    for (const one of this.locals) if (one.state === 'writing') one.state = 'final';
    this.answer = 'idle';
    this.options.changed();
    if (this.isVisitorNew) await this.visitorChanged();
  }

  /** Waits for the line as long as that takes; the next message need not wait for this one. */
  private tellPeople(room: Room, { key, text }: Local): Promise<unknown> {
    this.answer = 'idle';
    this.options.changed();
    return room.send(text, key);
  }

  private async readAnswer(tokenSource: TokenProvider, { key, text }: Local): Promise<void> {
    const { baseUrl, question, changed } = this.options;
    const conversationId = this.id ?? this.begin(crypto.randomUUID());
    let answer: Local | undefined;
    for await (const chunk of askAssistant(
      { baseUrl, tokenSource },
      { conversationId, id: key, text, signal: this.reading.signal, ...question() },
    )) {
      if (chunk.type === 'start') {
        // The conversation exists from here on.
        this.connect();
        answer = { key: chunk.messageId ?? crypto.randomUUID(), who: 'assistant', text: '', state: 'writing' };
        this.locals.push(answer);
      }
      if (answer === undefined) continue;
      // A tool was used in between.
      if (chunk.type === 'text-start' && answer.text !== '') answer.text += '\n\n';
      if (chunk.type !== 'text-delta') continue;
      answer.text += chunk.delta;
      this.answer = 'writing';
      changed();
    }
  }

  /** One at a time: two of them would claim twice. */
  private settle(): Promise<TokenProvider> {
    this.settling ??= this.settleAnew().finally(() => (this.settling = undefined));
    return this.settling;
  }

  /** Until nobody came or went meanwhile: the page was asked too early then. */
  private async settleAnew(): Promise<TokenProvider> {
    for (;;) {
      const { visitorChanges } = this;
      try {
        const source = await this.settleOnce();
        if (visitorChanges === this.visitorChanges) return source;
      } catch (thrown) {
        if (visitorChanges === this.visitorChanges) throw thrown;
      }
    }
  }

  private async settleOnce(): Promise<TokenProvider> {
    const { visitor, memory, speakerChanged } = this.options;
    const { source, change } = await visitor.settle();
    if (change !== undefined) speakerChanged();
    if (change === 'left') this.stopReading();
    const kept = memory.recall();
    if (change === 'left' || (kept?.ofUser === true && !visitor.isSignedIn)) this.forget();
    else if (kept !== undefined && this.id === undefined) [this.id, this.exists] = [kept.id, true];
    // A line of another person, or one that was given up.
    if (change !== undefined || this.client?.state.get().name === 'failed') this.closeLine();
    this.source = source;
    if (this.exists) this.connect();
    return source;
  }

  private begin(id: string): string {
    this.closeLine();
    this.id = id;
    this.past.forget();
    return id;
  }

  /** Listens to the conversation, from its beginning or from what is known of it. */
  private connect(): void {
    const { id, source: tokenSource } = this;
    if (this.isClosed || id === undefined || tokenSource === undefined || this.room !== undefined) return;
    const { baseUrl, changed, memory, visitor } = this.options;
    this.exists = true;
    memory.keep({ id, ofUser: visitor.isSignedIn });
    const client = new RoomClient({ baseUrl, tokenSource });
    const room = client.join(id);
    [this.client, this.room] = [client, room];
    this.past.follow(room);
    client.state.subscribe((state) => {
      if (state.name === 'online') this.me = state.me.id;
      if (state.name === 'failed' && this.client === client) void this.fail(state.error);
      changed();
    });
    room.state.subscribe((state) => {
      if (this.room === room) this.roomChanged(state);
      changed();
    });
    room.drafts.subscribe(changed);
    room.entries.subscribe((entries) => {
      this.past.heard(room, entries);
      changed();
    });
    client.open();
  }

  private roomChanged({ name }: RoomState): void {
    // A claim takes it from the guest's line first: the user's finds it again.
    if (name === 'removed' && this.settling === undefined) this.leave();
    // Deleted meanwhile, or of somebody who was signed in here before.
    if (name !== 'refused') return;
    const unsent = this.locals.filter(({ state }) => state === 'failed');
    this.forget();
    this.locals = unsent;
  }

  private forget(): void {
    this.options.memory.forget();
    this.leave();
  }

  /** Shows nothing of it any more. */
  private leave(): void {
    this.closeLine();
    this.id = undefined;
    this.exists = false;
    this.past.forget();
    this.locals = [];
    this.lines = [];
  }

  private closeLine(): void {
    this.client?.close();
    this.client = this.room = undefined;
  }

  private stopReading(): void {
    this.reading.abort();
    this.reading = new AbortController();
  }

  private async fail(thrown: unknown): Promise<void> {
    // Cut off from here: nothing went wrong.
    if (this.isClosed || (thrown instanceof DOMException && thrown.name === 'AbortError')) return;
    const error = asClientError(thrown);
    this.error = error.code === 'network' ? await whyUnreachable(this.options.baseUrl) : error;
    this.options.changed();
  }
}
