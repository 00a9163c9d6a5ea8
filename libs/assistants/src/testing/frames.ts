import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** A message of an event stream, as AWS's own package encodes it. */
export function frameOf(headers: Record<string, string>, body: string | Uint8Array): Buffer {
  const named = Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }] as const);
  return Buffer.from(codec.encode({ headers: Object.fromEntries(named), body: Buffer.from(body) }));
}

const JSON_TYPE = { ':content-type': 'application/json' };

/** An event of ConverseStream whose payload is this text. */
export const eventOf = (name: string, payload: string | Uint8Array): Buffer =>
  frameOf({ ':message-type': 'event', ':event-type': name, ...JSON_TYPE }, payload);

/** An event as Bedrock sends it, padded. */
export const event = (name: string, payload: object): Buffer =>
  eventOf(name, JSON.stringify({ ...payload, p: 'abcd' }));

export const exception = (name: string, payload: object): Buffer =>
  frameOf(
    { ':message-type': 'exception', ':exception-type': name, ...JSON_TYPE },
    JSON.stringify({ ...payload, p: 'abcd' }),
  );

/** One whose checksum is wrong. */
export function corrupt(frame = frameOf({ ':message-type': 'event' }, '{}')): Buffer {
  const bytes = Buffer.from(frame);
  bytes[bytes.length - 1]! ^= 0xff;
  return bytes;
}
