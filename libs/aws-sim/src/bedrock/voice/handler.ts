import type { Handled } from '../context';
import { closeRecord } from '../context';
import { AnswerStream } from '../wire/answer-stream';
import { AwsException } from '../wire/aws-exception';
import { chunkFrame, decodeFrame, EVENT_STREAM, FrameReader } from '../wire/frames';
import { verifyStream, type EnvelopeReader } from '../wire/signature';
import type { VoiceLimits, VoiceOptions } from './options';
import { countSamples } from './output';
import type { SpeechProfile } from './profiles';
import { VoiceSession } from './session';
import { invalid } from './violations';

export interface VoiceSettings {
  limits: VoiceLimits;
  options: VoiceOptions;
}

/** Counts streams against the quota of concurrent ones. */
export interface StreamSlots {
  /** @throws AwsException (ThrottlingException) when there is none left; the returned function gives the slot back */
  take(): () => void;
}

/**
 * `InvokeModelWithBidirectionalStream` (Bedrock API reference): frames in, checked and opened; session; frames out.
 * @throws AwsException for a request that is refused before its stream
 */
export function handleVoice(
  handled: Handled,
  profile: SpeechProfile,
  settings: VoiceSettings,
  slots: StreamSlots,
): void {
  const { exchange, record, faults, context } = handled;
  if (exchange.protocol !== 'h2') throw new AwsException('ValidationException', 'This operation needs HTTP/2.');
  if (exchange.header('content-type') !== EVENT_STREAM) {
    throw new AwsException('ValidationException', `The content type is ${EVENT_STREAM}.`);
  }
  const envelopes = verifyStream(
    { method: exchange.method, path: exchange.path, headers: exchange.request.headers },
    context.credentials,
  );
  const release = slots.take();
  const giveBack = () => {
    release();
    // Whoever waits for the number of streams looks at it now: the record may have been closed before.
    context.requests.changed();
  };

  const answer = new AnswerStream(exchange, faults, context.clock, (why) => {
    session.close();
    giveBack();
    closeRecord(handled, why === 'ended' ? 'answered' : 'fault', why);
  });
  const oddities = faults.has('unknownEvents');
  const session = new VoiceSession(
    {
      emit(name, body) {
        if (name === 'usageEvent' && faults.has('missingUsage')) return;
        record.sent.push(name);
        if (name === 'audioOutput') countSamples(record.spoken, body);
        context.requests.changed();
        if (oddities) answer.send(chunkFrame({ event: { laterEvent: { later: true } } }));
        answer.send(chunkFrame({ event: { [name]: oddities ? { ...body, laterField: [1] } : body } }));
      },
      fail(error) {
        closeRecord(handled, 'failed', error.message);
        // As in production; clients must not compare the whole text.
        answer.fail(error, `RequestId=${exchange.requestId} : ${error.message}`);
      },
      end: () => answer.end(),
      drop() {
        closeRecord(handled, 'failed', 'silence');
        giveBack();
        exchange.drop();
      },
    },
    { profile, ...settings, clock: context.clock, faults, newId: context.newId },
  );
  exchange.cancelled.addEventListener('abort', () => {
    session.close();
    giveBack();
    closeRecord(handled, 'cancelled');
  });
  readInput(handled, envelopes, session, answer);
}

function readInput(handled: Handled, envelopes: EnvelopeReader, session: VoiceSession, answer: AnswerStream): void {
  const { exchange, record, context } = handled;
  const reader = new FrameReader();
  exchange.request.on('data', (bytes: Buffer) => {
    if (record.outcome !== 'open') return;
    try {
      for (const frame of reader.push(bytes)) {
        const inner = envelopes.open(frame);
        // AWS answers no headers before the first frame of the input is there.
        if (!exchange.response.headersSent) answer.start();
        if (inner.length === 0) {
          record.inputEnded = true;
          context.requests.changed();
          session.inputEnded();
        } else {
          const event = eventOf(inner);
          note(handled, event);
          session.receive(event);
        }
      }
    } catch (error) {
      refuse(handled, session, answer, error instanceof AwsException ? error : invalid('the input is not frames'));
    }
  });
  exchange.request.on('end', () => {
    if (!record.inputEnded) session.inputEnded();
  });
}

function refuse(handled: Handled, session: VoiceSession, answer: AnswerStream, error: AwsException): void {
  session.close();
  closeRecord(handled, 'refused', error.message);
  if (handled.exchange.response.headersSent) answer.fail(error);
  else {
    handled.exchange.refuse(error);
    answer.end();
  }
}

/** The event's JSON, out of `{"bytes":"<base64>"}` of the inner message. */
function eventOf(inner: Uint8Array): unknown {
  try {
    const { bytes } = JSON.parse(Buffer.from(decodeFrame(inner).body).toString('utf8')) as { bytes: string };
    return JSON.parse(Buffer.from(bytes, 'base64').toString('utf8'));
  } catch {
    // As any other shape that is not an event: the session answers it with AWS's text.
    return undefined;
  }
}

function note({ record, context }: Handled, event: unknown): void {
  for (const [name, body] of Object.entries((event as { event?: object } | undefined)?.event ?? {})) {
    if (name === 'audioInput') {
      record.audioEvents++;
      record.audioBytes += Buffer.byteLength(String((body as { content?: unknown }).content), 'base64');
    } else {
      record.events.push({ name, body: body as Record<string, unknown> });
    }
  }
  context.requests.changed();
}
