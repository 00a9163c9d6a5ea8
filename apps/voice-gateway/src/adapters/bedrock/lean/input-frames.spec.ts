import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { EventSigner } from './event-signer';
import { InputFrames } from './input-frames';
import { Sha256 } from './signed-request';

const codec = new EventStreamCodec(toUtf8, fromUtf8);
const FIRST = 'ab'.repeat(32);
/** Crosses a second, and midnight. */
const TIMES = [0, 1, 999, 1_000, 61_000].map((ms) => Date.UTC(2026, 10, 25, 23, 59, 0) + ms);

it('makes the frames that the SDK’s packages make, byte by byte: envelope, chain of signatures, empty last frame', async () => {
  let now = 0;
  const frames = new InputFrames(new EventSigner('secret', 'eu-north-1', FIRST), () => now);
  const theirs = new SignatureV4({
    service: 'bedrock',
    region: 'eu-north-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    sha256: Sha256,
  });
  let prior = FIRST;
  for (const [n, time] of [...TIMES, TIMES.at(-1)! + 5].entries()) {
    now = time;
    const isLast = n === TIMES.length;
    const event = Buffer.from(JSON.stringify({ event: { audioInput: { content: 'ä'.repeat(n * 333) } } }));
    const inner = codec.encode({
      headers: {
        ':event-type': { type: 'string', value: 'chunk' },
        ':message-type': { type: 'string', value: 'event' },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: Buffer.from(JSON.stringify({ bytes: event.toString('base64') })),
    });
    const body = isLast ? new Uint8Array(0) : inner;
    // Ours says whole seconds, which is what is signed.
    const date = new Date(Math.floor(time / 1_000) * 1_000);
    const signed = await theirs.signMessage(
      { message: { headers: { ':date': { type: 'timestamp', value: date } }, body }, priorSignature: prior },
      { signingDate: date },
    );
    prior = signed.signature;
    const expected = codec.encode({
      headers: {
        ':date': { type: 'timestamp', value: date },
        ':chunk-signature': { type: 'binary', value: Buffer.from(signed.signature, 'hex') },
      },
      body,
    });
    const frame = isLast ? frames.end() : frames.event(event);
    expect(frame.equals(Buffer.from(expected))).toBe(true);
  }
});
