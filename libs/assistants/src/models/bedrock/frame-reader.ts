import { crc32 } from 'node:zlib';

const PRELUDE = 12;
const CHECKSUM = 4;
const NOTHING = Buffer.alloc(0);
/** Amazon's limit of one message. */
const LARGEST = 16 << 20;

/** One message of an event stream. Both parts are views, valid as long as anybody holds them. */
export interface FrameMessage {
  headers: Buffer;
  payload: Buffer;
}

/** The bytes are no event stream, or were damaged on their way. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

/**
 * Cuts a stream of bytes into messages; HTTP/2 cuts it anywhere else. A message that comes in one piece is not copied;
 * one in several is copied once.
 */
export class FrameReader {
  /** The beginning of a message, in a buffer of its whole length as soon as that is known. */
  private held: Buffer = NOTHING;
  private filled = 0;

  /** Whether the bytes so far end in the middle of a message. */
  get isMidMessage(): boolean {
    return this.filled > 0;
  }

  /** @throws BadFrame after the messages before the damage were given to `onMessage` */
  push(bytes: Buffer, onMessage: (message: FrameMessage) => void): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.filled > 0) {
        at = this.fill(bytes, at);
        if (this.filled < PRELUDE || this.filled < this.held.length) continue;
        const whole = this.held;
        // Not kept: a small buffer is part of a larger one, which stays as long as it does.
        [this.held, this.filled] = [NOTHING, 0];
        onMessage(messageIn(whole));
        continue;
      }
      const left = bytes.length - at;
      const length = left < PRELUDE ? PRELUDE : lengthOf(bytes, at);
      if (left < length || left < PRELUDE) {
        this.held = Buffer.allocUnsafe(length);
        this.filled = bytes.copy(this.held, 0, at);
        return;
      }
      onMessage(messageIn(bytes.subarray(at, at + length)));
      at += length;
    }
  }

  /** Takes from `bytes` what the held message lacks. @returns where the rest begins */
  private fill(bytes: Buffer, at: number): number {
    const copied = bytes.copy(this.held, this.filled, at);
    this.filled += copied;
    if (this.filled === PRELUDE && this.held.length === PRELUDE) {
      const prelude = this.held;
      this.held = Buffer.allocUnsafe(lengthOf(prelude, 0));
      prelude.copy(this.held);
    }
    return at + copied;
  }
}

function lengthOf(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  const headersLength = bytes.readUInt32BE(at + 4);
  if (bytes.readUInt32BE(at + 8) !== crc32(bytes.subarray(at, at + 8)))
    throw new BadFrame('The prelude of a frame has a wrong checksum');
  if (length > LARGEST || headersLength > length - PRELUDE - CHECKSUM)
    throw new BadFrame('The lengths of a frame cannot be');
  return length;
}

function messageIn(frame: Buffer): FrameMessage {
  const end = frame.length - CHECKSUM;
  if (frame.readUInt32BE(end) !== crc32(frame.subarray(0, end))) throw new BadFrame('A frame has a wrong checksum');
  const headersEnd = PRELUDE + frame.readUInt32BE(4);
  return { headers: frame.subarray(PRELUDE, headersEnd), payload: frame.subarray(headersEnd, end) };
}

/** Bytes of a header's value by its type; strings and bytes carry their length, booleans are their type. */
const SIZES: Record<number, number> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
const [BYTES, STRING] = [6, 7];

/** The headers that are texts; all that a model's answer has. @throws BadFrame */
export function textHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const take = (length: number) => {
    if (at + length > bytes.length) throw new BadFrame('A header of a frame is cut off');
    at += length;
    return at - length;
  };
  while (at < bytes.length) {
    const nameLength = bytes[take(1)]!;
    const name = bytes.toString('utf8', take(nameLength), at);
    const type = bytes[take(1)]!;
    if (type === STRING || type === BYTES) {
      const length = bytes.readUInt16BE(take(2));
      const value = bytes.toString('utf8', take(length), at);
      if (type === STRING) headers.set(name, value);
    } else {
      const size = SIZES[type];
      if (size === undefined) throw new BadFrame('A header of a frame has an unknown type');
      take(size);
    }
  }
  return headers;
}
