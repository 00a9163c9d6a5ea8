import { AUDIO } from '@parley/protocol';
import { Subject, type Observable } from '../core/observable';
import { loadWorklet } from './audio-context';
import {
  PLAYBACK_PROCESSOR,
  type PlaybackCommand,
  type PlaybackNews,
  type PlaybackOptions,
  type PlaybackReport,
} from './worklet-messages';

export interface SpeechPlaybackOptions {
  /** A running context; see `createAudioContext`. */
  context: AudioContext;
  /** Where the worklet file is served. */
  workletUrl: string;
  /**
   * Audio to gather before speaking begins. Default 150 ms: enough for the jitter of a good
   * line, hardly heard as a wait; it grows with each gap that is heard and shrinks again.
   */
  startMs?: number;
  /** Most audio to keep. Default 5 minutes. */
  maxMs?: number;
}

const SILENT: PlaybackReport = {
  phase: 'silent',
  playedMs: 0,
  queuedMs: 0,
  timesDry: 0,
  gaps: { count: 0, totalMs: 0, startMs: 150 },
  level: 0,
  isAudible: false,
};

/** Plays the assistant's speech: PCM16 at 24 kHz in, sound out. */
export class SpeechPlayback {
  private readonly reports = new Subject<PlaybackReport>(SILENT);
  /** What is being played, about 20 times a second while it is. */
  readonly report: Observable<PlaybackReport> = this.reports;
  private node?: AudioWorkletNode;
  private flushes = 0;
  private readonly flushing = new Map<number, (droppedMs: number) => void>();

  constructor(private readonly options: SpeechPlaybackOptions) {}

  async start(): Promise<void> {
    const { context, workletUrl, startMs = 150, maxMs = 300_000 } = this.options;
    await loadWorklet(context, workletUrl);
    const processorOptions: PlaybackOptions = { inputRateHz: AUDIO.outputSampleRateHz, startMs, maxMs };
    const node = new AudioWorkletNode(context, PLAYBACK_PROCESSOR, { numberOfInputs: 0, processorOptions });
    node.port.onmessage = ({ data }: MessageEvent<PlaybackNews>) => this.heard(data);
    node.connect(context.destination);
    this.node = node;
  }

  /** Queues speech. The samples' buffer is handed to the audio thread and is empty afterwards. */
  play(pcm: Int16Array<ArrayBuffer>): void {
    this.send({ type: 'audio', pcm }, [pcm.buffer]);
  }

  /** Stops at once and drops the rest; resolves once the audio thread did, with how much that was. */
  flush(): Promise<{ droppedMs: number }> {
    if (this.node === undefined) return Promise.resolve({ droppedMs: 0 });
    const id = (this.flushes += 1);
    const flushed = new Promise<{ droppedMs: number }>((resolve) => {
      this.flushing.set(id, (droppedMs) => resolve({ droppedMs }));
    });
    this.send({ type: 'flush', id });
    return flushed;
  }

  stop(): void {
    this.node?.disconnect();
    if (this.node !== undefined) this.node.port.onmessage = null;
    this.node = undefined;
    for (const done of this.flushing.values()) done(0);
    this.flushing.clear();
    this.reports.set({ ...this.reports.get(), phase: 'silent', queuedMs: 0, level: 0, isAudible: false });
  }

  private heard(news: PlaybackNews): void {
    if (news.type === 'report') return this.reports.set(news.report);
    this.flushing.get(news.id)?.(news.droppedMs);
    this.flushing.delete(news.id);
  }

  private send(command: PlaybackCommand, transfer: Transferable[] = []): void {
    this.node?.port.postMessage(command, transfer);
  }
}
