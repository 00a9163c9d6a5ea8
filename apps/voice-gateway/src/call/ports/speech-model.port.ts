/** One bidirectional stream to a speech-to-speech model, in Nova Sonic's events: UTF-8 JSON, one event each. */
export interface SpeechStream {
  /**
   * What the model says. Ends when the stream ends, whoever ended it and why: a lost connection looks like a normal end.
   *
   * @throws the vendor's error, with its own `name` (`ThrottlingException`), when the model reports one
   */
  readonly output: AsyncIterable<Uint8Array>;
}

/** Opens streams to the model of this deployment. */
export interface SpeechModel {
  /**
   * @param input is read as fast as the model takes it; its end ends the request
   * @param signal ends the stream at once
   */
  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal): SpeechStream;
}
