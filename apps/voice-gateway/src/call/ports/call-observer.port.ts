import type { LossCause } from '../resumption';

/** What is worth counting in a call. Called on no hot path but `firstAudio`, and never with anything that was said. */
export interface CallObserver {
  streamOpened(): void;
  streamClosed(): void;
  /** From the end of the caller's speech to the first audio of the answer. */
  firstAudio(ms: number): void;
  rotated(why: 'quiet' | 'forced'): void;
  resuming(cause: LossCause): void;
  /** The model was not there for so long. */
  resumed(gapMs: number): void;
  bargedIn(): void;
  audioDropped(ms: number): void;
  /** The model said something that is not known here; once a stream. The name is the model's own word: no label. */
  unknownEvent(name: string): void;
  toolRan(name: string, ms: number, good: boolean): void;
}
