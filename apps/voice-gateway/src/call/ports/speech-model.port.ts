/** Names of an error that calls the credentials of a stream expired: whoever gives credentials must give others. */
export const EXPIRED_CREDENTIALS: ReadonlySet<string> = new Set(['ExpiredTokenException', 'ExpiredToken']);

/** One bidirectional stream to a speech-to-speech model, in Nova Sonic's events: UTF-8 JSON, one event each. */
export interface SpeechStream {
  /**
   * What the model says. Ends when the stream ends, whoever ended it and why: a lost connection may look like a normal end,
   * and an abort always does. What nobody reads is not fetched: the model waits.
   *
   * @throws the vendor's error, with its own `name` (`ThrottlingException`), when the model reports one; an error named
   *   `StartTimeout` when no answer began in time; any other error for a connection that failed
   */
  readonly output: AsyncIterable<Uint8Array>;
}

/** Opens streams to the model of this deployment; after {@link EXPIRED_CREDENTIALS} the next one with fresh credentials. */
export interface SpeechModel {
  /**
   * @param input is read as fast as the model takes it; its end ends the request. An input that waits for something is not
   *   told when the stream dies: whoever feeds it ends it when the output has ended
   * @param signal ends the stream at once
   */
  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal): SpeechStream;
}
