import { asClientError, type ClientError } from '../core/client-error';
import { Subject, type Observable } from '../core/observable';
import type { PlaybackReport } from '../audio/worklet-messages';
import { BrowserCallAudio, type BrowserAudioOptions, type CallAudio } from './call-audio';
import { isLive, isOver, type CallState } from './call-state';
import { CallMeter, type CallStatistics } from './call-statistics';
import { Transcript, type TranscriptLine } from './transcript';
import { VoiceClient, type VoiceClientOptions } from './voice-client';

export interface VoiceCallOptions extends VoiceClientOptions {
  /** Where the worklet file is served, and how to open the microphone. */
  audio: BrowserAudioOptions | (() => CallAudio);
}

/**
 * A whole call: microphone, line, loudspeaker and transcript. Its `speaking` lasts until the last word was heard, which is
 * later than the last word's arrival. Use once.
 */
export class VoiceCall {
  private readonly currentState = new Subject<CallState>({ name: 'idle' });
  private readonly currentLines = new Subject<readonly TranscriptLine[]>([]);
  private readonly currentLevel = new Subject(0);
  private readonly currentMuted = new Subject(false);
  private readonly currentPlayback = new Subject<PlaybackReport | undefined>(undefined);
  private readonly currentTrouble = new Subject<ClientError | undefined>(undefined);
  private readonly currentLostMs = new Subject(0);
  private readonly currentBargeInMs = new Subject<number | undefined>(undefined);

  readonly state: Observable<CallState> = this.currentState;
  readonly transcript: Observable<readonly TranscriptLine[]> = this.currentLines;
  /** RMS of the microphone, 0…1; see `meterOf`. */
  readonly microphoneLevel: Observable<number> = this.currentLevel;
  readonly muted: Observable<boolean> = this.currentMuted;
  readonly playback: Observable<PlaybackReport | undefined> = this.currentPlayback;
  /** Why there is no microphone right now. The call goes on without one, and with one as soon as one is there. */
  readonly microphoneTrouble: Observable<ClientError | undefined> = this.currentTrouble;
  /** How much of what the person said since they were last understood could not be sent or taken, in ms. */
  readonly lostSpeechMs: Observable<number> = this.currentLostMs;
  /** From the news of the last barge-in to silence, in ms; also a performance measure, `parley.barge-in`. */
  readonly bargeInMs: Observable<number | undefined> = this.currentBargeInMs;

  private readonly meter = new CallMeter(
    () => performance.now(),
    (statistics) => this.currentStatistics.set(statistics),
  );
  private readonly currentStatistics = new Subject(this.meter.statistics);
  /** How the call goes, in numbers. */
  readonly statistics: Observable<CallStatistics> = this.currentStatistics;

  readonly client: VoiceClient;
  private readonly lines = new Transcript();
  /** The client's state that was shown last. */
  private shownState?: CallState;
  private audio?: CallAudio;

  constructor(private readonly options: VoiceCallOptions) {
    this.client = new VoiceClient(options);
    this.client.state.subscribe(() => this.refreshState());
    this.client.on('speech', (pcm) => {
      this.audio?.play(pcm);
    });
    this.client.on('roundTrip', ({ ms }) => this.meter.roundTrip(ms));
    this.client.on('interrupted', () => void this.bargeIn());
    this.client.on('audioDropped', ({ droppedMs }) => this.currentLostMs.set(this.currentLostMs.get() + droppedMs));
    this.client.on('callResuming', () => this.fold(() => this.lines.cutOff()));
    this.client.on('callResumed', ({ gapMs }) => this.meter.resumed(gapMs));
    this.client.on('callReady', ({ resumed, heardMs }) => {
      this.meter.ready();
      if (resumed && heardMs === undefined) this.fold(() => this.lines.cutOff());
    });
    this.client.on('contentStart', (event) => this.lines.contentStart(event));
    this.client.on('textOutput', (event) => {
      if (event.role === 'USER') {
        this.currentLostMs.set(0);
        this.meter.understood();
      }
      this.fold(() => this.lines.textOutput(event));
    });
    this.client.on('contentEnd', (event) => this.fold(() => this.lines.contentEnd(event)));
  }

  /** Where what is said goes: known from the start, or once it listens; also after the end. */
  get conversationId(): string | undefined {
    return this.client.conversationId;
  }

  get callId(): string | undefined {
    return this.client.callId;
  }

  /** Whether what is said is written down in the conversation; undefined before the service has said so. */
  get isKept(): boolean | undefined {
    return this.client.isKept;
  }

  /** With what the call's line was closed last; see `VoiceClient.lastCloseCode`. */
  get lastCloseCode(): number | undefined {
    return this.client.lastCloseCode;
  }

  /** Call it in the handler of a click or key. Rejects with the ClientError that the state `failed` carries too. */
  async start(): Promise<void> {
    this.currentState.set({ name: 'connecting', attempt: 1 });
    this.meter.dialled();
    try {
      const { audio: source } = this.options;
      const audio = typeof source === 'function' ? source() : new BrowserCallAudio(source);
      this.audio = audio;
      audio.on('frame', (frame) => this.client.sendAudio(frame));
      audio.on('level', (level) => {
        this.currentLevel.set(level);
        this.meter.level(level);
      });
      audio.on('lost', (error) => void this.microphoneLost(error));
      audio.onDevicesChanged(() => {
        const trouble = this.currentTrouble.get();
        if (trouble !== undefined) void this.microphoneLost(trouble);
      });
      audio.report.subscribe((report) => {
        this.currentPlayback.set(report);
        this.meter.played(report);
        this.refreshState();
      });
      await audio.start();
      // Hung up while the browser was asking for the microphone.
      if (isOver(this.currentState.get())) return audio.stop();
      await this.client.start();
    } catch (thrown) {
      const error = asClientError(thrown);
      this.over({ name: 'failed', error, remedy: 'retry' });
      throw error;
    }
  }

  /** A muted call goes on: the assistant is heard, the person is not. */
  setMuted(muted: boolean): void {
    this.audio?.setMuted(muted);
    this.currentMuted.set(muted);
  }

  /** Another microphone, in the middle of the call. Rejects with ClientError; the one before goes on then. */
  async useMicrophone(deviceId?: string): Promise<void> {
    await this.audio?.useMicrophone(deviceId);
    this.currentTrouble.set(undefined);
  }

  /** Another loudspeaker, where the browser lets a page choose. */
  async useSpeaker(deviceId?: string): Promise<void> {
    await this.audio?.useSpeaker(deviceId);
  }

  /** Something typed in the middle of the call. Throws ClientError `not_connected`. */
  sendText(text: string): void {
    this.client.sendText(text);
    this.fold(() => this.lines.typed(text));
  }

  async hangUp(): Promise<void> {
    this.audio?.stop();
    await this.client.hangUp();
    this.over({ name: 'ended', reason: 'hangup' });
  }

  private async bargeIn(): Promise<void> {
    const start = performance.now();
    this.meter.bargedIn();
    await this.audio?.flush();
    const end = performance.now();
    this.currentBargeInMs.set(end - start);
    performance.measure?.('parley.barge-in', { start, end });
  }

  private async microphoneLost(error: ClientError): Promise<void> {
    if (isOver(this.currentState.get())) return;
    try {
      await this.audio?.useMicrophone();
      this.currentTrouble.set(undefined);
    } catch {
      this.currentTrouble.set(error);
      this.currentLevel.set(0);
    }
  }

  private refreshState(): void {
    const state = this.client.state.get();
    if (state.name === 'idle' || isOver(this.currentState.get())) return;
    if (isOver(state)) return this.over(state);
    const heard = this.currentPlayback.get()?.phase === 'playing';
    const name = isLive(state) && heard ? 'speaking' : state.name;
    // The levels come through here many times a second; only news are told.
    if (name === this.currentState.get().name && state === this.shownState) return;
    this.shownState = state;
    this.currentState.set(name === state.name ? state : ({ ...state, name } as CallState));
  }

  private over(state: CallState): void {
    if (isOver(this.currentState.get())) return;
    this.fold(() => this.lines.ended());
    // Before the audio stops: its last report comes back here.
    this.currentState.set(state);
    this.audio?.stop();
    this.currentLevel.set(0);
  }

  private fold(change: () => void): void {
    change();
    this.currentLines.set(this.lines.lines);
  }
}
