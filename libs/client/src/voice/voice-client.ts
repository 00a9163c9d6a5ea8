import type { CallEndReason, ErrorFacts, VoiceClientEvent, VoiceServerEvents } from '@parley/protocol';
import { ClientError } from '../core/client-error';
import { systemClock, type Clock } from '../core/clock';
import { Emitter } from '../core/emitter';
import { Subject, until, type Observable } from '../core/observable';
import { pcm16OfBase64, pcm16OfBytes } from '../audio/pcm';
import { refreshOf } from '../session/token-provider';
import type { Remedy } from '../socket/close-verdict';
import { ReconnectingSocket, type Search, type SocketOptions } from '../socket/reconnecting-socket';
import { isLive, isOver, type CallState } from './call-state';
import { Interruptions, isInterruptedMarker } from './interruptions';
import { OutgoingAudio } from './outgoing-audio';
import { RoundTrips } from './round-trips';
import { parseVoiceFrame, type VoiceEvents } from './voice-events';

export interface VoiceClientOptions extends SocketOptions {
  /** Goes on in this conversation, which has to exist; without it the service begins one. */
  conversationId?: string;
  /** Takes this call over from another device or window of the same person, or comes back to it within its 30 s. */
  callId?: string;
  assistant?: string;
  /** In lower case, as Nova Sonic wants it. */
  voiceId?: string;
  /** What the assistant is to speak, such as `de` or `pt-BR`. Default: what the person speaks. */
  language?: string;
}

type Ready = VoiceServerEvents['callReady'];

/**
 * A call that lost its line can be come back to for this long (docs/protocol.md, `callStart.callId`). After that it is over:
 * nobody wants to find a microphone open again by itself minutes later.
 */
const RESUMABLE_MS = 30_000;
/** How long a hang-up waits for the service's word before it just closes. */
const HANG_UP_MS = 5_000;
/** The mark of a measuring frame. A service that does not know it yet answers that with an error, which is an answer too. */
const PING = 'ping';
/** A line that was full for this long is dead, whatever the browser thinks of it. */
const STALLED_MS = 8_000;

/**
 * One call over `/ws/voice`: frames of the microphone in, speech and events out. It knows no audio device; VoiceCall
 * brings the two together. A lost line is found again by itself and the call goes on. Use once: a new call is a new client.
 */
export class VoiceClient {
  private readonly current = new Subject<CallState>({ name: 'idle' });
  readonly state: Observable<CallState> = this.current;
  private readonly events = new Emitter<VoiceEvents>();
  readonly on = this.events.on.bind(this.events);

  private readonly clock: Clock;
  private readonly socket: ReconnectingSocket;
  private readonly outgoing = new OutgoingAudio();
  private readonly interruptions = new Interruptions();
  private readonly roundTrips: RoundTrips;
  /** The call, once there is one; kept while its line is lost. */
  private call?: Ready;
  private lastError: ClientError | undefined;
  /** The call that `callStart` asked for. */
  private wantedCallId?: string;
  private isMoving = false;
  private fullSince?: number;

  constructor(private readonly options: VoiceClientOptions) {
    this.clock = options.clock ?? systemClock;
    this.wantedCallId = options.callId;
    this.roundTrips = new RoundTrips(this.clock, {
      ask: () => this.send({ event: { ping: {} }, ref: PING }),
      took: (ms) => this.events.emit('roundTrip', { ms }),
    });
    const socketOptions = { giveUpAfterMs: RESUMABLE_MS, ...options };
    this.socket = new ReconnectingSocket('/ws/voice', socketOptions, {
      socketOnOpen: () => this.sayCallStart(),
      socketOnMessage: (data) => this.heard(data),
      socketSayToken: (token) => this.send({ event: { tokenRefresh: refreshOf(options.tokenSource, token) } }),
      socketOnSearch: (search) => this.searching(search),
      socketOnEnd: (reason) => this.end(reason),
      socketOnFail: (error, remedy) => this.fail(error, remedy),
      socketOnWarning: (error) => this.events.emit('warning', error),
    });
  }

  /** Where what is said goes: known from the start, or from `callReady` on; also after the end. */
  get conversationId(): string | undefined {
    return this.call?.conversationId ?? this.options.conversationId;
  }

  /** The call's id, once there is one; another device takes the call over by it. */
  get callId(): string | undefined {
    return this.call?.callId;
  }

  /** Whether what is said is written down in the conversation; undefined before the service has said so. */
  get isKept(): boolean | undefined {
    return this.call?.kept;
  }

  /**
   * The code with which a line of this call was closed last (docs/protocol.md, Close codes); 1006 when it broke. Undefined
   * when none was, or only by this client, as after a hang-up.
   */
  get lastCloseCode(): number | undefined {
    return this.socket.lastCloseCode;
  }

  /** Begins. Resolves once the service listens; rejects with the ClientError that the state `failed` carries too. */
  async start(): Promise<Ready> {
    if (this.current.get().name !== 'idle') throw new Error('A VoiceClient makes one call');
    this.current.set({ name: 'connecting', attempt: 1 });
    void this.socket.open();
    const state = await until(this.current, (now) => isLive(now) || isOver(now));
    if (isLive(state) && this.call !== undefined) return this.call;
    if (state.name === 'failed') throw state.error;
    throw new ClientError({ code: 'call_ended', kind: 'invalid', message: 'The call ended before it began.' });
  }

  /** A frame of PCM16, 16 kHz. While a call has lost its line, the last 10 s are kept and sent when it is back. */
  sendAudio(frame: Int16Array<ArrayBuffer>): void {
    if (isOver(this.current.get())) return;
    const { line } = this.socket;
    const hasBegun = this.call !== undefined;
    const droppedMs = line === undefined ? this.outgoing.keep(frame, hasBegun) : this.outgoing.push(frame, line);
    if (droppedMs > 0 && hasBegun) this.events.emit('audioDropped', { droppedMs });
    if (line !== undefined) this.watchForStall(droppedMs > 0);
  }

  /** Something typed in the middle of the call. Throws ClientError `not_connected` while there is no line. */
  sendText(content: string): void {
    if (this.socket.line === undefined) {
      const message = 'The call is not connected right now. Try again in a moment.';
      throw new ClientError({ code: 'not_connected', kind: 'unavailable', message });
    }
    this.send({ event: { textInput: { content } } });
  }

  /** Ends the call; resolves when it has ended, at the latest after 5 s. */
  async hangUp(): Promise<void> {
    const { line } = this.socket;
    if (line === undefined) return this.end('hangup');
    this.outgoing.catchUp(line);
    this.send({ event: { callEnd: {} } });
    const late = this.clock.after(HANG_UP_MS, () => this.end('hangup'));
    await until(this.current, isOver);
    this.clock.cancel(late);
  }

  private sayCallStart(): void {
    const { assistant, voiceId, language } = this.options;
    const { conversationId, wantedCallId: callId } = this;
    this.send({ event: { callStart: { conversationId, callId, assistant, voiceId, language, audio: 'binary' } } });
  }

  private searching({ attempt, error, isOffline, wasUp }: Search): void {
    if (!wasUp) this.current.set({ name: 'connecting', attempt: attempt + 1, error });
    else if (this.isMoving) this.current.set({ name: 'moving', attempt });
    else this.current.set({ name: 'reconnecting', attempt, error, isOffline });
  }

  private heard(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const pcm = pcm16OfBytes(data);
      if (pcm !== undefined && this.interruptions.mayPlay()) this.events.emit('speech', pcm);
      return;
    }
    const [name, body] = parseVoiceFrame(data) ?? [];
    if (name === undefined) return;
    const handler = this.handlers[name as keyof VoiceServerEvents] as ((body: unknown) => void) | undefined;
    handler?.(body);
    if (name !== 'error') this.events.emit(name as keyof VoiceEvents, body as never);
  }

  /** Events that change something here; all are passed on, and unknown ones change nothing. */
  private readonly handlers: { [N in keyof VoiceServerEvents]?: (body: VoiceServerEvents[N]) => void } = {
    callReady: (ready) => this.callOnReady(ready),
    callResuming: ({ attempt, reason }) => this.current.set({ name: 'resuming', attempt, reason }),
    callResumed: () => this.nowLive('listening'),
    callMoving: ({ retryAfterMs }) => {
      this.isMoving = true;
      this.socket.noteComeBack(retryAfterMs);
      this.current.set({ name: 'moving', attempt: 0 });
    },
    callEnded: ({ reason, durationMs, usage }) =>
      // The service says what went wrong in the error before it.
      reason === 'model_failed' && this.lastError !== undefined
        ? this.fail(this.lastError, 'retry')
        : this.end(reason, durationMs, usage),
    contentStart: ({ contentId, type, role }) => {
      const isSpeech = type === 'AUDIO' && role === 'ASSISTANT';
      this.interruptions.blockStarted(contentId, isSpeech);
      if (isSpeech) this.nowLive('speaking');
    },
    textOutput: ({ contentId, role, content }) => {
      if (role === 'USER') this.outgoing.answered();
      else if (isInterruptedMarker(content)) this.interrupt(contentId);
    },
    audioOutput: ({ contentId, content }) => {
      const pcm = this.interruptions.mayPlay(contentId) ? pcm16OfBase64(content) : undefined;
      if (pcm !== undefined) this.events.emit('speech', pcm);
    },
    contentEnd: ({ contentId, type, stopReason }) => {
      if (stopReason === 'INTERRUPTED') this.interrupt(contentId);
      else if (type === 'AUDIO' && stopReason === 'END_TURN') this.nowLive('listening');
    },
    completionEnd: () => this.nowLive('listening'),
    tokenExpiring: ({ expiresInMs }) => this.socket.noteTokenExpiring(expiresInMs),
    pong: () => this.roundTrips.answered(),
    error: (facts) => this.serverSaidError(facts as ErrorFacts),
  };

  private callOnReady(ready: Ready): void {
    this.call = ready;
    this.wantedCallId = ready.callId;
    this.socket.ready();
    if (ready.resumed) this.outgoing.resumed(ready.heardMs);
    else this.outgoing.begun();
    this.isMoving = false;
    this.fullSince = undefined;
    const { line } = this.socket;
    if (line !== undefined) this.outgoing.catchUp(line);
    this.nowLive('listening');
    this.roundTrips.start();
  }

  private serverSaidError({ droppedMs, ...facts }: VoiceServerEvents['error']): void {
    if (facts.code === 'unknown_event' && facts.ref === PING) return this.roundTrips.answered();
    const error = (this.lastError = new ClientError(facts as ErrorFacts));
    this.socket.noteError(error);
    if (droppedMs !== undefined) this.outgoing.refused(droppedMs);
    if (this.socket.line !== undefined) {
      if (droppedMs !== undefined) return this.events.emit('audioDropped', { droppedMs });
      return this.events.emit('warning', error);
    }
    // No call came of `callStart`.
    if (error.kind === 'unavailable' || error.kind === 'fault') return this.socket.lost(error);
    if (error.kind === 'denied' && error.code !== 'forbidden') return; // the close that follows decides
    if (this.wantedCallId === undefined) return this.fail(error, 'none');
    // What is refused may be the call that was asked for: a new one in its conversation is the next best.
    this.wantedCallId = undefined;
    this.sayCallStart();
  }

  private watchForStall(isFull: boolean): void {
    if (!isFull) return void (this.fullSince = undefined);
    this.fullSince ??= this.clock.now();
    if (this.clock.now() - this.fullSince > STALLED_MS) this.socket.lost();
  }

  private interrupt(contentId: string): void {
    if (!this.interruptions.interrupted(contentId)) return;
    this.events.emit('interrupted', {});
    this.nowLive('listening');
  }

  private nowLive(name: 'listening' | 'speaking'): void {
    if (this.call === undefined || this.socket.line === undefined || this.current.get().name === name) return;
    this.current.set({ name, callId: this.call.callId, conversationId: this.call.conversationId });
  }

  private end(reason: CallEndReason, durationMs?: number, usage?: VoiceServerEvents['callEnded']['usage']): void {
    this.finish({ name: 'ended', reason, durationMs, usage });
  }
  private fail(error: ClientError, remedy: Remedy): void {
    this.finish({ name: 'failed', error, remedy });
  }
  private finish(state: Extract<CallState, { name: 'ended' | 'failed' }>): void {
    if (isOver(this.current.get())) return;
    this.socket.close();
    this.roundTrips.stop();
    this.outgoing.clear();
    this.current.set(state);
  }

  private send(event: VoiceClientEvent): void {
    this.socket.send(event);
  }
}
