import type { FanOut } from './fan-out';

/** Says only "look now", to all processes. It carries no fact, so that nothing is lost with it. */
export interface Hint {
  give(): void;
  /** @param look also called when a hint may have been missed. @returns ends it */
  take(look: () => void): () => void;
}

/** A topic of a fan-out as a hint. */
export const hintOver = (fanOut: FanOut, topic: string): Hint => ({
  give: () => fanOut.publish(topic, ''),
  take: (look) => fanOut.subscribe(topic, { message: look, gap: look }),
});
