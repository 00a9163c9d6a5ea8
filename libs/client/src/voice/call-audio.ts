import { createAudioContext } from '../audio/audio-context';
import { MicrophoneCapture, type MicrophoneEvents, type MicrophoneOptions } from '../audio/microphone-capture';
import { SpeechPlayback } from '../audio/speech-playback';
import type { PlaybackReport } from '../audio/worklet-messages';
import type { Observable } from '../core/observable';

/** The two ends of a call on this machine. */
export interface CallAudio {
  /** Asks for the microphone and opens both; has to be called in the handler of a click or key. Throws ClientError. */
  start(): Promise<void>;
  /** After `lost`: another microphone, if there is one. */
  reopenMicrophone(): Promise<void>;
  on<N extends keyof MicrophoneEvents>(name: N, listener: (body: MicrophoneEvents[N]) => void): () => void;
  setMuted(muted: boolean): void;
  readonly report: Observable<PlaybackReport>;
  play(pcm: Int16Array<ArrayBuffer>): void;
  flush(): Promise<{ droppedMs: number }>;
  stop(): void;
}

export type BrowserAudioOptions = Omit<MicrophoneOptions, 'context'>;

/** The browser's microphone and loudspeaker, on one AudioContext, so that echo cancellation knows what is played. */
export class BrowserCallAudio implements CallAudio {
  private readonly context: AudioContext;
  private readonly microphone: MicrophoneCapture;
  private readonly speech: SpeechPlayback;
  readonly on: MicrophoneCapture['on'];
  readonly report: Observable<PlaybackReport>;

  /** Make it in the handler of a click or key. */
  constructor(options: BrowserAudioOptions) {
    this.context = createAudioContext();
    this.microphone = new MicrophoneCapture({ ...options, context: this.context });
    this.speech = new SpeechPlayback({ context: this.context, workletUrl: options.workletUrl });
    this.on = this.microphone.on;
    this.report = this.speech.report;
  }

  async start(): Promise<void> {
    const running = this.context.resume();
    await this.microphone.start();
    await Promise.all([running, this.speech.start()]);
  }

  reopenMicrophone(): Promise<void> {
    return this.microphone.start();
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
    this.microphone.stop();
    this.speech.stop();
    if (this.context.state !== 'closed') void this.context.close();
  }
}
