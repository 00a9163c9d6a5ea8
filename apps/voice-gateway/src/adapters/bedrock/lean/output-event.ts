import { textHeaders, type FrameMessage } from '@parley/assistants';
import { modelError } from '../model-error';

const BEFORE = Buffer.from('{"bytes":"');
const [QUOTE, BACKSLASH, BRACE] = [0x22, 0x5c, 0x7d];
/** Bedrock pads its events with a field `p` of random length, against whoever watches lengths. */
const PADDING = /^,"p":"\w*"}$/;

/** Opens the messages of one stream's answer. */
export class OutputEvents {
  /** Headers of the last event: they are the same in all of them and need no second look. */
  private known: Buffer | undefined;

  /**
   * The event in a message, UTF-8 JSON; `undefined` for a message that is none.
   *
   * @throws the model's error, named as its class (`ThrottlingException`), for a message that carries one
   */
  open({ headers, payload }: FrameMessage): Buffer | undefined {
    if (this.known?.equals(headers)) return bytesIn(payload);
    const texts = textHeaders(headers);
    const type = texts.get(':message-type');
    if (type === 'exception') throw modelError(texts.get(':exception-type') ?? 'UnknownError', messageIn(payload));
    if (type === 'error')
      throw modelError(texts.get(':error-code') ?? 'UnknownError', texts.get(':error-message') ?? '');
    if (type !== 'event' || texts.get(':event-type') !== 'chunk') return undefined;
    // A copy: the message is a view into what the connection read.
    this.known = Buffer.from(headers);
    return bytesIn(payload);
  }
}

/** The value of `bytes` in `{"bytes":"<base64>"}`. Nothing of it is parsed where it looks exactly so. */
export function bytesIn(payload: Buffer): Buffer | undefined {
  if (payload.subarray(0, BEFORE.length).equals(BEFORE)) {
    const end = payload.indexOf(QUOTE, BEFORE.length);
    const isWhole = end === payload.length - 2 && payload[end + 1] === BRACE;
    if (end > 0 && (isWhole || PADDING.test(payload.toString('latin1', end + 1)))) {
      const text = payload.subarray(BEFORE.length, end);
      if (!text.includes(BACKSLASH)) return Buffer.from(text.toString('latin1'), 'base64');
    }
  }
  try {
    const { bytes } = JSON.parse(payload.toString('utf8')) as { bytes?: unknown };
    return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : undefined;
  } catch {
    return undefined;
  }
}

/** What an exception says; the body itself where that is no JSON. */
export function messageIn(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const { message, Message } = JSON.parse(text) as { message?: unknown; Message?: unknown };
    return String(message ?? Message ?? '');
  } catch {
    return text;
  }
}
