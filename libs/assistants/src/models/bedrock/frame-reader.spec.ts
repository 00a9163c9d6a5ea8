import { seeded } from '@parley/conversations/testing';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import { eventOf } from '../../testing/frames';
import { BadFrame, FrameReader, textHeaders } from './frame-reader';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** Reads bytes in pieces; answers what the messages carry, and the fault that stopped it. */
function read(pieces: Iterable<Buffer>) {
  const reader = new FrameReader();
  const read: string[] = [];
  try {
    for (const piece of pieces) reader.push(piece, ({ payload }) => read.push(payload.toString()));
    return { read, isMidMessage: reader.isMidMessage };
  } catch (error) {
    return { read, error };
  }
}

const EVENTS = ['{}', 'x'.repeat(700), '', 'ä'.repeat(40), '{"event":{}}'];
const STREAM = Buffer.concat(EVENTS.map((event) => eventOf('chunk', event)));

it('reads the same at every cut into two, and byte by byte', () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    expect(read([STREAM.subarray(0, cut), STREAM.subarray(cut)])).toEqual({ read: EVENTS, isMidMessage: false });
  }
  const bytes = Array.from(STREAM, (_, at) => STREAM.subarray(at, at + 1));
  expect(read(bytes)).toEqual({ read: EVENTS, isMidMessage: false });
});

it('reads the same in pieces of any size (2,000 seeded cuts)', () => {
  const random = seeded(5);
  for (let round = 0; round < 2_000; round += 1) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < STREAM.length;) {
      const size = Math.floor(random() ** 3 * 900);
      pieces.push(STREAM.subarray(at, at + size));
      at += size;
    }
    expect(read(pieces)).toEqual({ read: EVENTS, isMidMessage: false });
  }
});

it('finds any damaged byte, gives the events before it, and never one that was not sent (3,000 seeded)', () => {
  const random = seeded(7);
  for (let round = 0; round < 3_000; round += 1) {
    const damaged = Buffer.from(STREAM);
    const at = Math.floor(random() * damaged.length);
    damaged[at]! ^= 1 + Math.floor(random() * 255);
    const cut = Math.floor(random() * damaged.length);
    const { read: got, error } = read([damaged.subarray(0, cut), damaged.subarray(cut)]);
    expect(error).toBeInstanceOf(BadFrame);
    expect(got).toEqual(EVENTS.slice(0, got.length));
  }
});

it('knows when it stands in the middle of a message', () => {
  expect(read([STREAM.subarray(0, STREAM.length - 1)]).isMidMessage).toBe(true);
  expect(read([STREAM.subarray(0, 3)]).isMidMessage).toBe(true);
});

it('does not make room for a message larger than Amazon’s limit', () => {
  const huge = eventOf('chunk', 'x');
  huge.writeUInt32BE(0x7fff_ffff, 0);
  expect(read([huge]).error).toBeInstanceOf(BadFrame);
});

it('reads headers of every type and refuses a cut one', () => {
  const bytes = codec.formatHeaders({
    a: { type: 'string', value: 'ä' },
    b: { type: 'boolean', value: true },
    c: { type: 'byte', value: 1 },
    d: { type: 'short', value: 1 },
    e: { type: 'integer', value: 1 },
    f: { type: 'binary', value: new Uint8Array(3) },
    g: { type: 'timestamp', value: new Date(0) },
    h: { type: 'uuid', value: '12345678-1234-1234-1234-123456789012' },
    z: { type: 'string', value: 'last' },
  });
  expect([...textHeaders(Buffer.from(bytes))]).toEqual([
    ['a', 'ä'],
    ['z', 'last'],
  ]);
  expect(() => textHeaders(Buffer.from(bytes.subarray(0, bytes.length - 1)))).toThrow(BadFrame);
});
