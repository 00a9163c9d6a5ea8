import { createAudioContext, keepRunning } from '../audio/audio-context';
import { MicrophoneCapture, type MicrophoneEvents, type MicrophoneOptions } from '../audio/microphone-capture';
import { SpeechPlayback } from '../audio/speech-playback';
import type { PlaybackReport } from '../audio/worklet-messages';
import type { Observable } from '../core/observable';

/** The two ends of a call on this machine. */
export interface CallAudio {
  /** Asks for the microphone and opens both; has to be called in the handler of a click or key. Throws ClientError. */
  start(): Promise<void>;
  /** Another microphone, or after `lost` any: the system's default. Throws ClientError. */
  useMicrophone(deviceId?: string): Promise<void>;
  /** Another loudspeaker, where the browser lets a page choose; the system's default otherwise. */
  useSpeaker(deviceId?: string): Promise<void>;
  /** Something was plugged in or out. */
  onDevicesChanged(listener: () => void): void;
  on<N extends keyof MicrophoneEvents>(name: N, listener: (body: MicrophoneEvents[N]) => void): () => void;
  setMuted(muted: boolean): void;
  readonly report: Observable<PlaybackReport>;
  play(pcm: Int16Array<ArrayBuffer>): void;
  flush(): Promise<{ droppedMs: number }>;
  stop(): void;
}

export interface BrowserAudioOptions extends Omit<MicrophoneOptions, 'context' | 'mediaDevices'> {
  /** Of `enumerateDevices`. */
  speakerId?: string;
}

/** The browser's microphone and loudspeaker, on one AudioContext, so that echo cancellation knows what is played. */
export class BrowserCallAudio implements CallAudio {
  private readonly context: AudioContext;
  private readonly microphone: MicrophoneCapture;
  private readonly speech: SpeechPlayback;
  private readonly atEnd: (() => void)[] = [];
  readonly on: MicrophoneCapture['on'];
  readonly report: Observable<PlaybackReport>;

  /** Make it in the handler of a click or key. */
  constructor(private readonly options: BrowserAudioOptions) {
    this.context = createAudioContext();
    this.microphone = new MicrophoneCapture({ ...options, context: this.context });
    this.speech = new SpeechPlayback({ context: this.context, workletUrl: options.workletUrl });
    this.on = this.microphone.on;
    this.report = this.speech.report;
  }

  async start(): Promise<void> {
    const running = this.context.resume();
    this.atEnd.push(keepRunning(this.context));
    if (this.options.speakerId !== undefined) await this.useSpeaker(this.options.speakerId);
    await this.microphone.start();
    await Promise.all([running, this.speech.start()]);
  }

  useMicrophone(deviceId?: string): Promise<void> {
    return this.microphone.start(deviceId);
  }
  async useSpeaker(deviceId = ''): Promise<void> {
    const context = this.context as AudioContext & { setSinkId?(id: string): Promise<void> };
    // One that is gone is no reason for silence: the default stays.
    await context.setSinkId?.(deviceId).catch(() => undefined);
  }
  onDevicesChanged(listener: () => void): void {
    const { mediaDevices } = navigator;
    mediaDevices?.addEventListener('devicechange', listener);
    this.atEnd.push(() => mediaDevices?.removeEventListener('devicechange', listener));
  }
  setMuted(muted: boolean): void {
    this.microphone.setMuted(muted);
  }
  play(pcm: Int16Array<ArrayBuffer>): void {
    this.speech.play(pcm);
  }
  flush(): Promise<{ droppedMs: number }> {
    return this.speech.flush();
  }
  stop(): void {
    for (const end of this.atEnd.splice(0)) end();
    this.microphone.stop();
    this.speech.stop();
    if (this.context.state !== 'closed') void this.context.close();
  }
}
