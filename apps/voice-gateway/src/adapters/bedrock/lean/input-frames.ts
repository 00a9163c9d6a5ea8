import { crc32 } from 'node:zlib';
import { DATE_HEADER_BYTES, type EventSigner } from './event-signer';

/** Total length, headers length, and their checksum. */
const PRELUDE = 12;
const CHECKSUM = 4;
const SIGNATURE_HEADER = Buffer.from('\x10:chunk-signature\x06\x00\x20', 'latin1');
const SIGNATURE = 32;
/** Before the inner message: the outer prelude and headers. */
const ENVELOPE = PRELUDE + DATE_HEADER_BYTES + SIGNATURE_HEADER.length + SIGNATURE;

const header = (name: string, value: string) =>
  `${String.fromCharCode(name.length)}${name}\x07\x00${String.fromCharCode(value.length)}${value}`;
const CHUNK_HEADERS = Buffer.from(
  header(':event-type', 'chunk') + header(':message-type', 'event') + header(':content-type', 'application/json'),
  'latin1',
);
const BEFORE = '{"bytes":"';
const AFTER = '"}';
/** The inner message up to the base64 of the event; only its lengths and their checksum differ. */
const INNER_HEAD = Buffer.concat([Buffer.alloc(PRELUDE), CHUNK_HEADERS, Buffer.from(BEFORE)]);

/**
 * The input frames of one stream: each event in base64 in JSON in a message in a signed envelope, written into one buffer.
 * (Amazon's event stream encoding; the shapes are those of InvokeModelWithBidirectionalStream.)
 */
export class InputFrames {
  constructor(
    private readonly signer: EventSigner,
    private readonly now: () => number = Date.now,
  ) {}

  /** One event, UTF-8 JSON. */
  event(event: Uint8Array): Buffer {
    const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString('base64');
    const innerLength = INNER_HEAD.length + text.length + AFTER.length + CHECKSUM;
    const frame = Buffer.allocUnsafe(ENVELOPE + innerLength + CHECKSUM);
    const innerEnd = ENVELOPE + innerLength;
    INNER_HEAD.copy(frame, ENVELOPE);
    frame.write(text, ENVELOPE + INNER_HEAD.length, 'latin1');
    frame.write(AFTER, innerEnd - CHECKSUM - AFTER.length, 'latin1');
    seal(frame, ENVELOPE, innerEnd, CHUNK_HEADERS.length);
    return this.envelope(frame, frame.subarray(ENVELOPE, innerEnd));
  }

  /** The signed empty frame that ends the input. */
  end(): Buffer {
    return this.envelope(Buffer.allocUnsafe(ENVELOPE + CHECKSUM), Buffer.alloc(0));
  }

  private envelope(frame: Buffer, payload: Buffer): Buffer {
    const { dateHeader, signature } = this.signer.sign(payload, this.now());
    dateHeader.copy(frame, PRELUDE);
    SIGNATURE_HEADER.copy(frame, PRELUDE + DATE_HEADER_BYTES);
    signature.copy(frame, ENVELOPE - SIGNATURE);
    return seal(frame, 0, frame.length, ENVELOPE - PRELUDE);
  }
}

/** Writes the lengths and both checksums of the message between `from` and `to`. */
function seal(frame: Buffer, from: number, to: number, headersLength: number): Buffer {
  frame.writeUInt32BE(to - from, from);
  frame.writeUInt32BE(headersLength, from + 4);
  frame.writeUInt32BE(crc32(frame.subarray(from, from + 8)), from + 8);
  frame.writeUInt32BE(crc32(frame.subarray(from, to - CHECKSUM)), to - CHECKSUM);
  return frame;
}
