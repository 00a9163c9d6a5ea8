/**
 * Tells the processes of all services at once what is new. It may lose what it carries, so nothing rides only on it: what a
 * message says is a fact somewhere else, and `gap` says when to look there.
 */
export interface FanOut {
  /**
   * Tells every subscriber of the topic, those of this process before it returns. Never throws and keeps nobody waiting: what
   * cannot be sent now is dropped, and its listeners elsewhere get a `gap`.
   *
   * @param topic any text; all who share one get the same messages, in the order of each publisher
   */
  publish(topic: string, payload: string): void;
  /** @returns ends the subscription; calling it again does nothing */
  subscribe(topic: string, listener: FanOutListener): () => void;
}

export interface FanOutListener {
  /** A message, once. */
  message(payload: string): void;
  /**
   * From here on messages of all processes arrive, and some before may have been missed: read what they are about. Said once
   * when a subscription has begun, and after every interruption; late, when it begins during one.
   */
  gap(): void;
}
