import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';

/** The content type of AWS's event streams: frames with two checksums each. */
export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

const codec = new EventStreamCodec(toUtf8, fromUtf8);
/** Total length, headers length and their checksum; the checksum of the whole at the end. */
const PRELUDE_BYTES = 12;
const SMALLEST_FRAME = PRELUDE_BYTES + 4;
/** AWS's limit of one message. */
const LARGEST_FRAME = 16 << 20;

export type Frame = ReturnType<typeof codec.decode>;

/** @throws Error when a length or a checksum is wrong */
export const decodeFrame = (bytes: Uint8Array): Frame => codec.decode(bytes);

export const encodeSignedHeaders = (headers: Frame['headers']): Uint8Array => codec.formatHeaders(headers);

export function encodeFrame(headers: Record<string, string>, body: unknown): Buffer {
  const typed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]));
  return Buffer.from(
    codec.encode({ headers: typed as Frame['headers'], body: Buffer.from(JSON.stringify(body), 'utf8') }),
  );
}

export const eventFrame = (name: string, body: unknown): Buffer =>
  encodeFrame({ ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' }, body);

export const exceptionFrame = (name: string, message: string, extra: object = {}): Buffer =>
  encodeFrame(
    { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' },
    { message, ...extra },
  );

/** A fault that the model of the service does not know. */
export const errorFrame = (code: string, message: string): Buffer =>
  encodeFrame({ ':message-type': 'error', ':error-code': code, ':error-message': message }, {});

/** One frame of the bidirectional stream: the event's JSON in base64 in JSON. */
export const chunkFrame = (event: object): Buffer =>
  eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event), 'utf8').toString('base64') });

/** Cuts a stream of bytes into frames; HTTP/2 cuts it anywhere else. */
export class FrameReader {
  private held = Buffer.alloc(0);

  /** @throws RangeError when the bytes cannot be frames */
  push(bytes: Uint8Array): Buffer[] {
    this.held = this.held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.held, bytes]);
    const frames: Buffer[] = [];
    while (this.held.length >= PRELUDE_BYTES) {
      const length = this.held.readUInt32BE(0);
      if (length < SMALLEST_FRAME || length > LARGEST_FRAME) throw new RangeError('Not an event stream');
      if (this.held.length < length) break;
      frames.push(this.held.subarray(0, length));
      this.held = this.held.subarray(length);
    }
    return frames;
  }
}
